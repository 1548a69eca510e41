using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Simulator;
using Kairship.Storage;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Placements;

/// <summary>Small clusters, each of one node of 1 CPU, and applications of pods of 400m.</summary>
internal sealed class PlacementStage : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kairship-placement-").FullName;

    private PlacementStage(SimulatedFleet fleet) => Fleet = fleet;

    public SimulatedFleet Fleet { get; }

    public ReleaseRig Rig { get; private set; } = null!;

    public static PlacementPolicy Aggregated { get; } = new() { ReplicaScheduling = ReplicaSchedulingType.Divided, DivisionPreference = ReplicaDivisionPreference.Aggregated };

    public static PlacementPolicy Dynamic { get; } = new() { ReplicaScheduling = ReplicaSchedulingType.Divided, DynamicWeight = DynamicWeight.AvailableReplicas };

    public static async Task<PlacementStage> StartAsync(params (string Name, string Cpu)[] clusters)
    {
        var stage = new PlacementStage(await SimulatedFleet.StartAsync(clusters.Select(c => new SimulatedClusterOptions
        {
            Name = c.Name, Nodes = 1, NodeCpu = c.Cpu, PodReadyAfter = TimeSpan.FromMilliseconds(20),
        })));
        var storage = new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(stage._folder, "kairship.db")}" };
        stage.Rig = await ReleaseRig.StartAsync(storage, stage._folder);
        await stage.Rig.ImportWorkflowsAsync();
        await stage.Rig.JoinAsync(stage.Fleet);
        return stage;
    }

    public static Application Application(string name, PlacementPolicy policy) => new()
    {
        Name = name, Namespace = name, Placement = policy, Rollout = new RolloutPolicy { Workflow = "deploy", ProgressDeadline = TimeSpan.FromSeconds(20) },
    };

    public static string Web(int replicas, string tag = "v1", string cpu = "400m") =>
        ShopSample.Deployment("web", tag, replicas).Replace("cpu: 50m", $"cpu: {cpu}", StringComparison.Ordinal).Replace("envFrom: [{configMapRef: {name: shop}}]", "", StringComparison.Ordinal);

    public Task<Plan> PlanAsync(Application application, string manifests, bool takesRoom = false)
    {
        var revision = new Revision(application.Name, 1, "v1", ManifestParser.ToJsonArray(ManifestParser.Parse(manifests)), "", "dev", DateTimeOffset.UnixEpoch);
        return Rig.Planner.PlanAsync(new PlanOrder(application, revision) { TakesRoom = takesRoom }, TestContext.Current.CancellationToken);
    }

    public async Task<Release> EndsAsync(Application application, string manifests, string revision)
    {
        var release = await Rig.ReleaseAsync(application, manifests, revision);
        return await Rig.EndAsync(release.Id);
    }

    /// <summary>"east 2": how many web pods of an application run where, in clusters that have any.</summary>
    public IReadOnlyList<string> Pods(string ns) =>
        [.. Fleet.Clusters.Select(c => (c.Name, Pods: ClusterTruth.Pods(c, ns).Values.Sum())).Where(c => c.Pods > 0).Select(c => $"{c.Name} {c.Pods}")];

    public async ValueTask DisposeAsync()
    {
        await Rig.DisposeAsync();
        await Fleet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
