using Kairship.Activities.Releases;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Traffic;

namespace Kairship.Activities.Tests.Rollouts;

public sealed class ReplicaShiftTests
{
    private static readonly Application Shop = new() { Name = "shop", Namespace = "shop", Failover = new FailoverPolicy { Failback = new FailbackPolicy { Steps = [50] } } };

    [Fact]
    public void Halves_GrowThenShrink_AndWithARouterOnlyGrow()
    {
        Halves(Shop).Should().Equal("50 % is back: west 1.", "50 % has left: east 3.", "100 % is back: west 2.", "100 % has left: east 2.");
        var routed = Shop with { Traffic = new TrafficPolicy(TrafficRouter.HttpRoute, "hub", "shop", new Dictionary<string, string>()) };
        Halves(routed).Should().Equal(["50 % is back: west 1.", "100 % is back: west 2."], "the traffic still goes where it went");
    }

    [Fact]
    public void Halves_OfWhatKeepsState_AreNone() => Halves(Shop with { Failover = Shop.Failover with { Stateful = new StatefulPolicy() } }).Should().BeEmpty("Promote moves it as a whole");

    private static IEnumerable<string> Halves(Application application) => Of(application).Select(h => h.Sentence);

    private static IReadOnlyList<ShiftHalf> Of(Application application)
    {
        var (before, after) = (PlanOf(("east", 4)), PlanOf(("east", 2), ("west", 2)));
        var release = new Release("shop-3", "shop", 3, "v1", "v1", "failback-application", null, ReleaseStatus.Progressing, null, "ops", DateTimeOffset.UnixEpoch, null, application);
        return ReplicaShift.Of(new ReleaseWork(release, new Rendition("shop-3", application, after, []), new Rendition("shop-2", application, before, []), new()));
    }

    private static Plan PlanOf(params (string Cluster, int Replicas)[] clusters) => new(
        "shop", "v1", "v1", [],
        [.. clusters.Select(c => new ClusterPlan(c.Cluster, new Dictionary<string, string>(), "all", new Dictionary<string, int> { ["Deployment/web"] = c.Replicas }, "", [], []))], "");
}
