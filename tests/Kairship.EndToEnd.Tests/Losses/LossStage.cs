using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Api.Reports;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.Simulator;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>
/// Three clusters in this process, a server in its own that looks at them quickly, and applications of one Deployment each that are divided over two or three of the clusters, the first always among
/// them. Every tenth is to be moved before all others.
/// </summary>
internal sealed class LossStage : IAsyncDisposable
{
    public const string Lost = "east";

    // A cluster that refuses is seen at once. The others answer late when the machine is busy, and are not to count as lost.
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A cluster that falls silent is lost after two looks that wait so long.</summary>
    public static readonly TimeSpan SilentLookTimeout = TimeSpan.FromSeconds(5);

    private readonly TempFolder _folder = new("losses");
    private readonly Dictionary<string, int> _wanted = new(StringComparer.Ordinal);
    private SimulatedFleet _fleet = null!;

    public KairshipServerProcess Server { get; private set; } = null!;

    /// <summary>How many replicas each application wants.</summary>
    public IReadOnlyDictionary<string, int> Wanted => _wanted;

    public IReadOnlyList<string> Urgent => [.. _wanted.Keys.Where(name => name.EndsWith('0'))];

    public SimulatedCluster LostCluster => _fleet[Lost];

    public IReadOnlyList<SimulatedCluster> Clusters => _fleet.Clusters;

    /// <summary>Where drills of the server have what they need.</summary>
    public string Drills => Path.Combine(Server.Data, "drills");

    /// <param name="failback">spec.failover.failback of each, as a flow mapping.</param>
    /// <param name="lookTimeout">How long a look waits; shorter than usual where a cluster falls silent.</param>
    public static async Task<LossStage> StartAsync(int applications, string failback = "{}", TimeSpan? lookTimeout = null)
    {
        var stage = new LossStage();
        try
        {
            stage._fleet = await SimulatedFleet.StartAsync(
                ((string[])[Lost, "north", "west"]).Select(name => new SimulatedClusterOptions { Name = name, PodReadyAfter = TimeSpan.FromMilliseconds(50) }));
            stage.Server = new KairshipServerProcess(stage._folder) { Settings = stage._folder.Write("settings.json", QuickLooks(lookTimeout ?? LookTimeout)) };
            await stage.Server.StartAsync();
            await stage.PrepareAsync(applications, failback);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Releases that move applications, newest first.</summary>
    public Task<IReadOnlyList<ReleaseInfo>> FailoversAsync() => ReleasesAsync("Failover");

    public async Task<IReadOnlyList<ReleaseInfo>> ReleasesAsync(string kind)
    {
        using var client = Server.Connect();
        return [.. (await client.ListReleasesAsync(take: 1000)).Items.Where(r => r.Kind == kind)];
    }

    /// <summary>"app-001 east 2, west 1": where each is by its Deployments' wishes.</summary>
    public IReadOnlyList<string> Places()
    {
        var all = _fleet.Clusters.Select(c => (c.Name, Deployments: c.Store.List("apps", "deployments").ToLookup(Namespace))).ToList();
        return [.. _wanted.Keys.Order(StringComparer.Ordinal).Select(name => $"{name} {string.Join(", ", all.Where(c => c.Deployments[name].Any()).Select(c => $"{c.Name} {c.Deployments[name].Sum(d => Number(d["spec"]!["replicas"]))}"))}")];
    }

    /// <summary>Of each application over all clusters: wanted by its Deployments, and pods that are ready. What ran in a cluster that was lost is not counted.</summary>
    /// <param name="stale">Uids of what is left there.</param>
    public IReadOnlyDictionary<string, (int Specified, int Ready)> Running(IReadOnlySet<string> stale)
    {
        // The cluster that gets back what it had is read last: what goes elsewhere is there already.
        var clusters = _fleet.Clusters.OrderBy(c => c.Name == Lost).ToList();
        var pods = clusters.SelectMany(c => c.Store.List("", "pods").Where(p => IsReady(p) && !stale.Contains(Uid(p)))).ToLookup(Namespace);
        var deployments = clusters.SelectMany(c => c.Store.List("apps", "deployments").Where(d => !stale.Contains(Uid(d)))).ToLookup(Namespace);
        return _wanted.Keys.ToDictionary(name => name, name => (deployments[name].Sum(d => Number(d["spec"]!["replicas"])), pods[name].Count()), StringComparer.Ordinal);
    }

    /// <summary>Uids of all Deployments and pods in the lost cluster.</summary>
    public IReadOnlySet<string> UidsInLost() => LostCluster.Store.List("apps", "deployments").Concat(LostCluster.Store.List("", "pods")).Select(Uid).ToHashSet(StringComparer.Ordinal);

    /// <summary>The report of the loss, once there is one.</summary>
    public async Task<ReportDetail?> ReportAsync()
    {
        using var client = Server.Connect();
        return (await client.ListReportsAsync("loss")).Items.SingleOrDefault() is { } top ? await client.GetReportAsync(top.Id) : null;
    }

    /// <summary>Replicas of each application in the clusters that are left: wanted, ready, and pods that are not ending. Read past all of Kairship's code.</summary>
    public IReadOnlyDictionary<string, (int Specified, int Ready, int Pods)> Left()
    {
        var left = _fleet.Clusters.Where(c => c.Name != Lost).ToList();
        var deployments = left.SelectMany(c => c.Store.List("apps", "deployments")).ToLookup(Namespace);
        var pods = left.SelectMany(c => c.Store.List("", "pods")).Where(p => p["metadata"]!["deletionTimestamp"] is null).ToLookup(Namespace);
        return _wanted.Keys.ToDictionary(
            name => name,
            name => (deployments[name].Sum(d => Number(d["spec"]!["replicas"])), deployments[name].Sum(d => Number(d["status"]?["readyReplicas"])), pods[name].Count()),
            StringComparer.Ordinal);
    }

    /// <summary>What the lost cluster has of the applications, as it was last written by anybody but its own controllers.</summary>
    public string InLost() => string.Join('\n', LostCluster.Store.List("apps", "deployments")
        .Select(d => $"{Namespace(d)} {d["metadata"]!["uid"]} {d["metadata"]!["generation"]} {d["metadata"]!["annotations"]?.ToJsonString()}").Order(StringComparer.Ordinal));

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static string QuickLooks(TimeSpan timeout) => $$$"""
        {"health": {"interval": "00:00:00.3", "failureThreshold": "00:00:00.9", "successThreshold": "00:00:00.6", "lookTimeout": "{{{timeout}}}", "askAgain": "00:00:00.5", "recheck": "00:00:00.1"}}
        """;

    private static bool IsReady(JsonObject pod) => pod["metadata"]!["deletionTimestamp"] is null
        && pod["status"]?["conditions"] is JsonArray conditions && conditions.Any(c => c!["type"]?.ToString() == "Ready" && c["status"]?.ToString() == "True");

    private static string Uid(JsonObject o) => o["metadata"]!["uid"]!.ToString();

    private static string Namespace(JsonObject o) => o["metadata"]!["namespace"]!.ToString();

    /// <summary>Whoever wrote it.</summary>
    private static int Number(JsonNode? node) => node is null ? 0 : int.Parse(node.ToString(), CultureInfo.InvariantCulture);

    private async Task PrepareAsync(int applications, string failback)
    {
        using var admin = Server.Connect();
        foreach (var cluster in _fleet.Clusters)
        {
            await admin.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig));
        }

        await Parallel.ForAsync(0, applications, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, token) =>
        {
            var (name, replicas) = ($"app-{i:000}", i % 3 == 0 ? 3 + (i % 2) : 2 + (i % 3));
            await admin.ApplyApplicationAsync(Application(name, (i % 3) switch { 0 => "east, north, west", 1 => "east, north", _ => "east, west" }, i % 10 == 0 ? 900 : 500, failback), token);
            await admin.StartReleaseAsync(name, new StartReleaseRequest(Manifests(replicas), Revision: "v1"), cancellationToken: token);
            lock (_wanted)
            {
                _wanted[name] = replicas;
            }
        });
        await Patience.UntilAsync(
            async () => (await admin.ListReleasesAsync(take: 1000)).Items.Count(r => r.Status == "Succeeded") == applications, () => $"the applications are not in place:\n{Server.Tail()}", TimeSpan.FromSeconds(120));
    }

    private static string Application(string name, string clusters, int priority, string failback) => $$"""
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: {{name}}}
        spec:
          namespace: {{name}}
          placement:
            clusterAffinity: {clusterNames: [{{clusters}}]}
            replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
          rollout: {workflow: deploy, progressDeadline: 60s}
          failover: {priority: {{priority}}, objective: {rto: 3m}, failback: {{failback}} }
        """;

    private static string Manifests(int replicas) => $$"""
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
              - {name: web, image: "example/web:v1" }
        """;
}
