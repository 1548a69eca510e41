using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Api.Scaling;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Health;
using Kairship.Fleet.Metrics;
using Kairship.Server.Scaling;
using Kairship.Simulator;
using Kairship.Simulator.Objects;
using Kairship.Testing.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Scaling;

/// <summary>A server with the shipped workflows, two simulated clusters and a Prometheus, that decides several times a second.</summary>
internal sealed class ScalingStage : IAsyncDisposable
{
    public const string ByLoad = "metrics: [{name: load, provider: prometheus, query: \"sum(load)\", target: 100}]";
    public const string Application = "shop";

    private ScalingStage(RunningServer server, SimulatedFleet fleet, PrometheusStandIn prometheus) => (Server, Fleet, Prometheus) = (server, fleet, prometheus);

    public RunningServer Server { get; }

    public SimulatedFleet Fleet { get; }

    public PrometheusStandIn Prometheus { get; }

    public KairshipClient Admin => Server.Admin;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ScalingStage> StartAsync(string nodeCpu = "8")
    {
        var prometheus = await PrometheusStandIn.StartAsync();
        var fleet = await SimulatedFleet.StartAsync(new[] { "east", "west" }.Select(c => new SimulatedClusterOptions { Name = c, Nodes = 2, NodeCpu = nodeCpu, PodReadyAfter = TimeSpan.FromMilliseconds(20) }));
        var server = new RunningServer
        {
            UseShippedWorkflows = true,
            Health = new HealthOptions { Interval = TimeSpan.FromMilliseconds(300), CapacityInterval = TimeSpan.FromMilliseconds(300) },
            Metrics = new MetricsOptions { Prometheus = [new PrometheusServer(prometheus.Url)] },
            Scaling = new ScalingOptions { Interval = TimeSpan.FromMilliseconds(150), Capacity = new CapacityThresholds { PendingFor = TimeSpan.Zero } },
        };
        await server.InitializeAsync();
        foreach (var cluster in fleet.Clusters)
        {
            await server.Admin.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig), Token);
        }

        return new ScalingStage(server, fleet, prometheus);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Fleet.DisposeAsync();
        await Prometheus.DisposeAsync();
    }

    /// <param name="scaling">What stands in spec.scaling, as a flow mapping without its braces; null: the application is not scaled.</param>
    /// <param name="rollout">What stands in spec.rollout, in the same way.</param>
    public Task ApplyAsync(string? scaling, string rollout = "workflow: deploy, progressDeadline: 60s") => Admin.ApplyApplicationAsync($$"""
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: {{Application}}}
        spec:
          namespace: default
          placement:
            replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted, weightPreference: {dynamicWeight: AvailableReplicas} }
          rollout: {{"{" + rollout + "}"}}
          {{(scaling is null ? "" : "scaling: {" + scaling + "}")}}
        """, Token);

    public async Task ReleaseAsync(string revision, int replicas = 2, string more = "")
    {
        var manifests = $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: {{replicas}}
              selector: {matchLabels: {app: web} }
              template:
                metadata: {labels: {app: web} }
                spec: {containers: [{name: web, image: "example/web:{{revision}}", resources: {requests: {cpu: 100m} } }] }
            {{more}}
            """;
        var release = await Admin.StartReleaseAsync(Application, new StartReleaseRequest(manifests, Revision: revision), cancellationToken: Token);
        await EndsAsync(release.Id, "Succeeded");
    }

    public Task EndsAsync(string release, string status) => Eventually.HoldsAsync(
        async () => (await Admin.GetReleaseAsync(release, Token)).Release.Status == status, $"{release} ends {status}", () => StoryAsync());

    /// <summary>Replicas that the Deployments of both clusters have and that are ready: "east 2/2, west 1/2".</summary>
    public string Pods() => string.Join(", ", Fleet.Clusters.Select(c => (c.Name, Live: Web(c))).Where(c => c.Live is not null)
        .Select(c => $"{c.Name} {c.Live!["status"]?["readyReplicas"]?.ToString() ?? "0"}/{c.Live["spec"]!["replicas"]}"));

    public static JsonObject? Web(SimulatedCluster cluster) => cluster.Store.List("apps", "deployments", "default").FirstOrDefault(d => d["metadata"]!["name"]!.ToString() == "web");

    public Task HasAsync(string pods) => Eventually.HoldsAsync(() => Task.FromResult(Pods() == pods), $"there are {pods}", async () => $"{Pods()}\n{await StoryAsync()}");

    public async Task<ScalingInfo> ShowsAsync(Func<ScalingInfo, bool> shown, string what)
    {
        ScalingInfo? last = null;
        await Eventually.HoldsAsync(async () => shown(last = await Admin.GetScalingAsync(Application, Token)), what, async () => $"{last}\n{await StoryAsync()}");
        return last!;
    }

    /// <summary>It is looked at some times more, from now on.</summary>
    public async Task LooksOnAsync(int times = 4)
    {
        for (var i = 0; i < times; i++)
        {
            var now = (await Admin.GetScalingAsync(Application, Token)).LookedAt;
            await ShowsAsync(s => s.LookedAt > now, "it is looked at again");
        }
    }

    /// <summary>The releases that scaled it, newest first.</summary>
    public async Task<IReadOnlyList<Release>> ScalingsAsync() =>
        [.. (await Server.Services.GetRequiredService<IDeliveryStore>().ListReleasesAsync(Application, 0, 100, Token)).Items.Where(r => r.Kind == ReleaseKind.Scale)];

    public async Task<Release> ScaledAsync(int times)
    {
        IReadOnlyList<Release> all = [];
        await Eventually.HoldsAsync(async () => (all = await ScalingsAsync()).Count >= times && all[0].IsOver, $"it was scaled {times} times", StoryAsync);
        all.Should().HaveCount(times);
        return all[0];
    }

    public async Task<ApprovalInfo> GateAsync()
    {
        ApprovalInfo? approval = null;
        await Eventually.HoldsAsync(
            async () => (approval = await ScalingsAsync() is [var newest, ..] ? (await Admin.GetReleaseAsync(newest.Id, Token)).PendingApproval : null) is not null, "people are asked", StoryAsync);
        return approval!;
    }

    public async Task<string> StoryAsync()
    {
        var lines = new List<string> { Pods() };
        foreach (var release in (await Admin.ListReleasesAsync(Application)).Items)
        {
            var detail = await Admin.GetReleaseAsync(release.Id, Token);
            lines.Add($"{detail.Release}\n{string.Join('\n', detail.Events.Select(e => $"  {e.At:HH:mm:ss.fff} {e.Kind} {e.Cluster} {e.Message}"))}");
        }

        foreach (var instance in (await Admin.ListInstancesAsync()).Items.Where(i => i.DefinitionId == "scale-out").Take(5))
        {
            lines.Add($"{instance}\n{string.Join('\n', (await Admin.GetJournalAsync(instance.Id)).Items.TakeLast(12).Select(j => $"  {j}"))}");
        }

        return string.Join('\n', lines);
    }

    public static void Change(SimulatedCluster cluster, string node, Action<JsonObject> change) => cluster.Store.Update(new ObjectKey("", "nodes", null, node), before =>
    {
        var after = (JsonObject)before.DeepClone();
        change(after);
        return after;
    });
}
