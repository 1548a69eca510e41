using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Decider = Kairship.Delivery.Placement.Placement;

namespace Kairship.Delivery.Tests.Placement;

public sealed class PlacementTests
{
    private static readonly ClusterFacts[] Clusters = [Make.Cluster("b", "tier=core"), Make.Cluster("a", "tier=core"), Make.Cluster("edge", "tier=edge")];

    [Fact]
    public void Decide_Duplicated_GivesEveryClusterTheManifestsReplicas()
    {
        var decision = Decider.Decide(Make.Application(), Clusters, [Make.Deployment("web", replicas: 3), Make.Deployment("one"), Make.Object("ConfigMap", "c")]);

        decision.Clusters.Select(c => c.Name).Should().Equal("a", "b", "edge");
        decision.Replicas["edge"].Should().Equal(new Dictionary<string, int> { ["Deployment/one"] = 1, ["Deployment/web"] = 3 });
    }

    [Fact]
    public void Decide_DividedByWeight_DividesAndDropsWhoHasNone()
    {
        var decision = Decider.Decide(Divided(("a", 2), ("b", 1)), Clusters, [Make.Deployment("web", replicas: 9)]);

        decision.Replicas.ToDictionary(c => c.Key, c => c.Value["Deployment/web"]).Should().Equal(new Dictionary<string, int> { ["a"] = 6, ["b"] = 3 });
        decision.Reasons["edge"].Should().Be("edge is not chosen: no static weight rule gives it a weight above 0.");
        decision.Reasons["a"].Should().Contain("weight 2 of 3");
    }

    [Fact]
    public void Decide_DividedWithoutRules_WeighsAllTheSame() =>
        Decider.Decide(Divided(), Clusters, [Make.Deployment("web", replicas: 6)]).Replicas.Values.Should().OnlyContain(c => c["Deployment/web"] == 2);

    [Fact]
    public void Decide_SeveralRulesForACluster_TakesTheGreatest() =>
        Decider.Decide(Divided(("a", 1), ("a", 5), ("b", 1)), Clusters, [Make.Deployment("web", replicas: 6)]).Replicas["a"]["Deployment/web"].Should().Be(5);

    [Fact]
    public void Decide_AutoscaledWorkload_HasNoReplicas() =>
        Decider.Decide(Make.Application(), Clusters, [Make.Deployment("web", replicas: 3), Make.Autoscaler("web")]).Replicas["a"].Should().BeEmpty();

    [Fact]
    public void Decide_EveryCluster_HasASentence()
    {
        var application = Make.Application() with
        {
            Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(Exclude: ["b"], LabelSelector: new LabelSelector(new Dictionary<string, string> { ["tier"] = "core" })) },
        };

        Decider.Decide(application, Clusters, []).Reasons.Should().Equal(new Dictionary<string, string>
        {
            ["a"] = "a is chosen: the placement's affinity selects it.",
            ["b"] = "b is not chosen: it is excluded by name.",
            ["edge"] = "edge is not chosen: its labels do not satisfy tier=core.",
        });
    }

    [Fact]
    public void Decide_ReplicasThatAreNoNumber_IsRefused()
    {
        var broken = Make.Yaml("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: many}");

        FluentActions.Invoking(() => Decider.Decide(Make.Application(), Clusters, broken)).Should().Throw<ManifestException>().WithMessage("*\"many\"*whole number*");
    }

    private static Kairship.Delivery.Applications.Application Divided(params (string Cluster, int Weight)[] weights) => Make.Application() with
    {
        Placement = new PlacementPolicy
        {
            ReplicaScheduling = ReplicaSchedulingType.Divided,
            StaticWeights = weights.Select(w => new StaticWeight(new ClusterAffinity([w.Cluster]), w.Weight)).ToList(),
        },
    };
}
