using System.Globalization;
using Kairship.Activities.Returning;
using Kairship.Activities.Tests.Placements;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Simulator;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Returning;

/// <summary>Simulated clusters that are lost and come back, and applications that were there.</summary>
internal sealed class ReturnStage : IAsyncDisposable
{
    private readonly PlacementStage stage;

    private ReturnStage(PlacementStage stage) => this.stage = stage;

    public ReleaseRig Rig => stage.Rig;

    public ReturnKeeper Keeper => Rig.Get<ReturnKeeper>();

    public IEnumerable<SimulatedCluster> Clusters => stage.Fleet.Clusters;

    public SimulatedCluster this[string name] => stage.Fleet[name];

    public static async Task<ReturnStage> StartAsync(params string[] clusters)
    {
        var started = new ReturnStage(await PlacementStage.StartAsync([.. clusters.Select(c => (c, "8"))]));
        foreach (var cluster in clusters)
        {
            await started.SayAsync(cluster, ConditionStatus.True);
        }

        return started;
    }

    /// <summary>One that prefers its clusters in this order, one at a time.</summary>
    public static Application Preferring(string name, params string[] clusters) => PlacementStage.Application(
        name, new PlacementPolicy { ClusterAffinities = [.. clusters.Select(c => new NamedAffinity(c, new ClusterAffinity([c])))] });

    public static string Manifests(int replicas = 2) => PlacementStage.Web(replicas) + """

        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {a: b}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 1
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec: {containers: [{name: db, image: "registry.example/shop/db:v1"}]}
        """;

    public async Task ReleaseAsync(Application application, string? manifests = null, string revision = "v1")
    {
        var release = await Rig.EndAsync((await Rig.ReleaseAsync(application, manifests ?? Manifests(), revision)).Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await Rig.DescribeAsync(release.Id));
    }

    public async Task<Release> FailOverAsync(Application application, params string[] lost)
    {
        var release = await Rig.EndAsync((await Rig.ChangeAsync(application, new PlacementChange(ReleaseKind.Failover, "lost") { Lost = lost })).Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await Rig.DescribeAsync(release.Id));
        return release;
    }

    /// <summary>Loses a cluster, moves an application away, and gets the cluster back, fenced: nothing of the application runs there.</summary>
    public async Task AwayAsync(string lost, Application application)
    {
        await LoseAsync(lost);
        await FailOverAsync(application, lost);
        await ReturnAsync(lost);
        await ReleaseRig.UntilAsync(async () => (await Keeper.GoAsync(lost, fence: true, CancellationToken.None)).Record!.IsOpen, "nothing is left to fence");
        await ReleaseRig.UntilAsync(() => Task.FromResult(this[lost].Store.List("", "pods", application.Namespace).Count == 0), "the pods of the cluster that came back are gone");
    }

    /// <summary>Starts the way back to where an application was first.</summary>
    public async Task<Release> ReturnsAsync(Application application)
    {
        var origin = (await Rig.Delivery.ListReleasesAsync(application.Name, 0, 100, CancellationToken.None)).Items[^1];
        var alternative = (await Rig.Delivery.GetPlanAsync(origin.Id, CancellationToken.None))!.Placement!.Alternative;
        return await Rig.ChangeAsync(application, new PlacementChange(ReleaseKind.Failback, "back") { Origin = origin.Id, Alternative = alternative }, "failback-application");
    }

    public Task LoseAsync(string cluster)
    {
        this[cluster].Faults.Unreachable = true;
        return SayAsync(cluster, ConditionStatus.Unknown);
    }

    public Task ReturnAsync(string cluster)
    {
        this[cluster].Faults.Heal();
        return SayAsync(cluster, ConditionStatus.True);
    }

    public async Task SayAsync(string cluster, ConditionStatus ready, DateTimeOffset? at = null)
    {
        var health = Rig.Get<IClusterHealthStore>();
        var before = await health.GetAsync(cluster, CancellationToken.None);
        var (number, now) = ((before?.Transition ?? 0) + 1, at ?? TimeProvider.System.GetUtcNow());
        var condition = new ClusterCondition(ClusterCondition.Ready, ready, ready == ConditionStatus.True ? "Ready" : "Unreachable", "", now);
        (await health.CommitAsync(
            new ClusterTransition(cluster, number, before?.Ready?.Status, ready, condition.Reason, "", now),
            new ClusterReport(cluster, [condition], null, null, null, now, number, null), isAnnounced: true, CancellationToken.None)).Should().BeTrue();
    }

    /// <summary>Workloads and other objects of an application in a cluster.</summary>
    public IReadOnlyList<string> Truth(string cluster, string ns) => ClusterTruth.Of(this[cluster], ns);

    public int Replicas(string cluster, string ns, string plural, string name) =>
        int.Parse(this[cluster].Store.List("apps", plural, ns).Single(o => o["metadata"]!["name"]!.ToString() == name)["spec"]!["replicas"]!.ToJsonString(), CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => stage.DisposeAsync();
}
