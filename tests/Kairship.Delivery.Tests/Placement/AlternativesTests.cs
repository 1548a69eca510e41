using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Tests.Placement;

public sealed class AlternativesTests
{
    private static PlacementPolicy Policy(PlacementPolicy policy) => policy with
    {
        ClusterAffinities = [new NamedAffinity("first", new ClusterAffinity(["a"])), new NamedAffinity("second", new ClusterAffinity(["b"])), new NamedAffinity("third", new ClusterAffinity(["c"]))],
    };

    [Fact]
    public void Decide_FirstThatWorks_IsUsedAndTheOthersSayWhyNot()
    {
        var decision = Fleet.Decide(Fleet.Request(Policy(Fleet.Dynamic()), "a:1 b:9 c:9", 3));

        decision.Show().Should().Be("b:3");
        decision.Alternative.Should().Be("second");
        decision.Explanation.Alternatives.Select(a => a.Sentence).Should().Equal(
            "The alternative first was not used: Deployment/web needs room for 3 more replicas, and the only cluster that can be chosen has room for 1 (a 1).",
            "The alternative second was used.",
            "The alternative third was not used: one before it was used.");
        decision.Explanation.Alternatives[0].Clusters[0].Reason.Should().Be(ClusterReason.Capacity);
        decision.Explanation.Clusters[0].Sentence.Should().Be("a is not chosen: it is not among the named clusters (b).");
    }

    [Fact]
    public void Decide_From_DoesNotGoBackToThoseBeforeIt()
    {
        var decision = Fleet.Decide(Fleet.Request(Policy(Fleet.Dynamic()), "a:9 b:9 c:9", 3) with { From = "second" });

        decision.Show().Should().Be("b:3");
        decision.Explanation.Alternatives[0].Sentence.Should().Be("The alternative first was not used: the application is on the alternative second; those before it are tried again when somebody moves it back.");
        decision.ToPrevious().Alternative.Should().Be("second");
    }

    [Fact]
    public void Decide_NoneWorks_SaysWhyOfEach()
    {
        var decision = Fleet.Decide(Fleet.Request(Policy(Fleet.Duplicated()), "a:1 b:2", 3));

        decision.Unschedulable.Should().Be(
            "The alternative first was not used: a has room for 1 of 3 more Deployment/web. The alternative second was not used: b has room for 2 of 3 more Deployment/web. "
            + "The alternative third was not used: the affinity selects none of the 2 clusters.");
        decision.Alternative.Should().BeNull();
        decision.Explanation.Clusters.Should().HaveCount(2);
    }

    [Fact]
    public void Without_ALostCluster_IsWhatIf()
    {
        var request = Fleet.Request(Fleet.Dynamic(), "a:9 b:9 c:9", 6, "a:2 b:2 c:2");

        Fleet.Decide(request.Without("b")).Show().Should().Be("a:3 c:3");
        Fleet.Decide(request).Show().Should().Be("a:2 b:2 c:2", "the question changed nothing");
    }

    [Theory]
    [InlineData("provider", "In", "x", "a")]
    [InlineData("provider", "NotIn", "x", "b c")]
    [InlineData("region", "In", "eu,us", "a b")]
    [InlineData("zone", "NotIn", "1", "b c")]
    [InlineData("zone", "In", "1", "a")]
    public void FieldSelector_FollowsKarmada(string key, string op, string values, string expected)
    {
        ClusterFacts[] clusters = [Make.Cluster("a", "provider=x", "region=eu", "topology.kubernetes.io/zone=1"), Make.Cluster("b", "region=us", "zone=2"), Make.Cluster("c")];
        var policy = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(FieldSelector: new FieldSelector([new LabelRequirement(key, op, values.Split(','))])) };

        var decision = Fleet.Decide(new PlacementRequest(policy, clusters, []));

        string.Join(' ', decision.Clusters.Select(c => c.Name)).Should().Be(expected);
        decision.Explanation.Clusters.Where(c => !c.IsChosen).Should().OnlyContain(c => c.Reason == ClusterReason.Field && c.Sentence.Contains($"its {key} is "));
    }
}
