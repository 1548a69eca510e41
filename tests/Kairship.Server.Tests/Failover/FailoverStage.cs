using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Api.Reports;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Fleet.Resources;
using Kairship.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover;

/// <summary>A server with the shipped workflows and a simulated fleet that is looked at quickly.</summary>
internal sealed class FailoverStage : IAsyncDisposable
{
    /// <summary>Everything that makes looks quick goes together: a look that waits longer than the threshold decides nothing.</summary>
    public static HealthOptions Quick { get; } = new()
    {
        Interval = TimeSpan.FromMilliseconds(300), FailureThreshold = TimeSpan.FromMilliseconds(900), SuccessThreshold = TimeSpan.FromMilliseconds(600),
        LookTimeout = TimeSpan.FromMilliseconds(2500), AskAgain = TimeSpan.FromMilliseconds(500), Recheck = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>A DaemonSet: one pod for each node.</summary>
    public const string Agent = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent}
        spec:
          selector: {matchLabels: {app: agent} }
          template:
            metadata: {labels: {app: agent} }
            spec: {containers: [{name: agent, image: "example/agent:v1"}]}
        """;

    private FailoverStage(RunningServer server, SimulatedFleet? fleet) => (Server, Fleet) = (server, fleet!);

    public RunningServer Server { get; }

    /// <summary>Where the clusters are simulated.</summary>
    public SimulatedFleet Fleet { get; }

    public KairshipClient Admin => Server.Admin;

    public IDeliveryStore Delivery => Server.Services.GetRequiredService<IDeliveryStore>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<FailoverStage> StartAsync(params string[] clusters) => StartAsync(null, clusters);

    /// <param name="instead">What its server has instead of what servers have.</param>
    public static async Task<FailoverStage> StartAsync(Action<IServiceCollection>? instead, params string[] clusters)
    {
        var fleet = await SimulatedFleet.StartAsync(clusters.Select(c => new SimulatedClusterOptions { Name = c, PodReadyAfter = TimeSpan.FromMilliseconds(20) }));
        return await JoinAsync(fleet, fleet.Clusters.Select(c => (c.Name, c.Kubeconfig)), instead);
    }

    /// <summary>The same with clusters that somebody else has.</summary>
    public static Task<FailoverStage> OfAsync(IEnumerable<(string Name, string Kubeconfig)> clusters) => JoinAsync(null, clusters);

    private static async Task<FailoverStage> JoinAsync(SimulatedFleet? fleet, IEnumerable<(string Name, string Kubeconfig)> clusters, Action<IServiceCollection>? instead = null)
    {
        var server = new RunningServer { UseShippedWorkflows = true, Health = Quick, Instead = instead };
        await server.InitializeAsync();
        foreach (var (name, kubeconfig) in clusters)
        {
            await server.Admin.JoinClusterAsync(new JoinClusterRequest(name, kubeconfig));
        }

        return new FailoverStage(server, fleet);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await (Fleet?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>An application of one Deployment, released.</summary>
    /// <param name="clusters">Where it may be; it is divided over these.</param>
    /// <param name="failover">Lines of spec.failover, as a flow mapping.</param>
    public Task ReleaseAsync(string name, IReadOnlyList<string> clusters, int replicas = 6, string failover = "{}", string deadline = "60s", string more = "") =>
        ReleaseAsync(name, Divided(clusters), replicas, failover, deadline, more);

    /// <param name="placement">spec.placement, as a block.</param>
    /// <param name="more">A further line of spec.</param>
    public async Task ReleaseAsync(string name, string placement, int replicas = 6, string failover = "{}", string deadline = "60s", string more = "")
    {
        await Admin.ApplyApplicationAsync(Application(name, placement, failover, $"{{workflow: deploy, progressDeadline: {deadline}}}", more), Token);
        var release = await Admin.StartReleaseAsync(name, new StartReleaseRequest(Web(replicas), Revision: "v1"), cancellationToken: Token);
        await EndsAsync(release.Id, "Succeeded");
    }

    public static string Divided(IReadOnlyList<string> clusters) => $$"""
        clusterAffinity: {clusterNames: [{{string.Join(", ", clusters)}}]}
        replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
        """;

    public static string Application(string name, string placement, string failover = "{}", string rollout = "{workflow: deploy, progressDeadline: 60s}", string more = "") => $$"""
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: {{name}}}
        spec:
          namespace: {{name}}
          placement:
            {{placement.ReplaceLineEndings("\n    ")}}
          rollout: {{rollout}}
          failover: {{failover}}
          {{more}}
        """;

    public static string Web(int replicas, string tag = "v1") => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: web} }
          template:
            metadata: {labels: {app: web} }
            spec:
              containers:
              - {name: web, image: "example/web:{{tag}}" }

        """;

    public Task EndsAsync(string release, string status) => Eventually.HoldsAsync(
        async () => (await Admin.GetReleaseAsync(release, Token)).Release.Status == status, $"{release} ends {status}", async () => await StoryAsync(release));

    public async Task DecideAsync(string release, bool approve, string? comment)
    {
        var approval = await Admin.GetApprovalAsync(release, Token);
        await Admin.DecideApprovalAsync(release, new DecideApprovalRequest(approve, approval.PlanDigest, comment), Token);
    }

    /// <summary>Writes an object as a user of the cluster does; waits until its kind is served.</summary>
    public Task WriteAsync(string cluster, string yaml)
    {
        var refused = "";
        return Eventually.HoldsAsync(WritesAsync, $"{cluster} takes it", () => Task.FromResult(refused));

        async Task<bool> WritesAsync()
        {
            try
            {
                var connection = await Server.Services.GetRequiredService<ClusterConnections>().GetAsync(cluster, Token);
                await connection.Resources.ApplyAsync(ManifestParser.Parse(yaml)[0], new ApplyOptions { FieldManager = "user" }, Token);
                return true;
            }
            catch (ClusterException e)
            {
                refused = e.Message;
                return false;
            }
        }
    }

    public async Task<JsonObject> ReadAsync(string cluster, ObjectRef reference) =>
        (await (await Server.Services.GetRequiredService<ClusterConnections>().GetAsync(cluster, Token)).Resources.GetAsync(reference, Token))!;

    public async Task<string> StoryAsync(string release)
    {
        var detail = await Admin.GetReleaseAsync(release, Token);
        return $"{detail.Release}\n{string.Join('\n', detail.Events.Select(e => $"{e.At:HH:mm:ss.fff} {e.Kind} {e.Cluster} {e.Message}"))}";
    }

    /// <summary>Where the last succeeded release put the application: "east 3, west 3".</summary>
    public async Task<string> PlaceAsync(string application)
    {
        var last = (await Delivery.ListReleasesAsync(application, 0, 50, Token)).Items.First(r => r.Status == ReleaseStatus.Succeeded);
        var plan = (await Delivery.GetPlanAsync(last.Id, Token))!;
        return string.Join(", ", plan.Targets.OrderBy(t => t.Cluster, StringComparer.Ordinal).Select(t => $"{t.Cluster} {t.Replicas.Values.Sum()}"));
    }

    /// <summary>What moved it so far, newest first.</summary>
    public async Task<IReadOnlyList<ReleaseInfo>> FailoversAsync(string application) =>
        [.. (await Admin.ListReleasesAsync(application, cancellationToken: Token)).Items.Where(r => r.Kind == nameof(ReleaseKind.Failover))];

    /// <summary>Until the cluster counts as ready, or as lost.</summary>
    public Task ReadyAsync(string cluster, bool isReady) => Eventually.HoldsAsync(
        async () => ((await Admin.GetClusterAsync(cluster, Token)).Condition?.Ready == "True") == isReady, $"{cluster} is {(isReady ? "ready" : "lost")}");

    /// <summary>Until no loss is being worked on any more.</summary>
    public Task FailoversEndAsync() => Eventually.HoldsAsync(
        async () => (await Admin.ListInstancesAsync("failover", take: 1000, cancellationToken: Token)).Items.All(i => i.FinishedAt is not null), "all failovers of clusters are over");

    public Task MovesAsync(string application, string place) => Eventually.HoldsAsync(
        async () => await PlaceAsync(application) == place, $"{application} is at {place}",
        async () => string.Join("\n\n", await Task.WhenAll((await Admin.ListReleasesAsync(application)).Items.Select(r => StoryAsync(r.Id)))));

    /// <summary>The report of a cluster's last loss, when it is over, or as soon as it is so.</summary>
    public async Task<ReportDetail> ReportAsync(string cluster, Func<ReportDetail, bool>? isSo = null)
    {
        ReportDetail? found = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var top = (await Admin.ListReportsAsync("loss", cancellationToken: Token)).Items.FirstOrDefault(r => r.Id.StartsWith($"loss-{cluster}-", StringComparison.Ordinal));
                found = top is null ? null : await Admin.GetReportAsync(top.Id, Token);
                return found is not null && (isSo is null ? found.Report.IsOver : isSo(found));
            },
            $"the loss of {cluster} is reported so", () => Task.FromResult($"{found?.Report}\n{found?.Document}"));
        return found!;
    }
}
