using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Placement;

public sealed class ClusterSelectorTests
{
    private static readonly ClusterFacts Edge = Make.Cluster("edge-1", "tier=edge", "region=eu");

    [Theory]
    [InlineData("In", "tier", "edge,core", true)]
    [InlineData("In", "tier", "core", false)]
    [InlineData("In", "zone", "a", false)]
    [InlineData("NotIn", "tier", "core", true)]
    [InlineData("NotIn", "tier", "edge", false)]
    [InlineData("NotIn", "zone", "a", true)]
    [InlineData("Exists", "tier", null, true)]
    [InlineData("Exists", "zone", null, false)]
    [InlineData("DoesNotExist", "tier", null, false)]
    [InlineData("DoesNotExist", "zone", null, true)]
    public void Matches_Requirement_FollowsKubernetes(string op, string key, string? values, bool expected) =>
        ClusterSelector.Matches(new LabelSelector(null, [new LabelRequirement(key, op, values?.Split(','))]), Edge).Should().Be(expected);

    [Fact]
    public void Matches_NullSelectsNothingAndEmptyEverything()
    {
        ClusterSelector.Matches(null, Edge).Should().BeFalse();
        ClusterSelector.Matches(new LabelSelector(), Edge).Should().BeTrue();
    }

    [Fact]
    public void Matches_LabelsAndExpressions_MustAllHold()
    {
        var labels = new Dictionary<string, string> { ["tier"] = "edge" };

        ClusterSelector.Matches(new LabelSelector(labels, [new LabelRequirement("region", "Exists")]), Edge).Should().BeTrue();
        ClusterSelector.Matches(new LabelSelector(labels, [new LabelRequirement("zone", "Exists")]), Edge).Should().BeFalse();
    }

    [Fact]
    public void Matches_UnknownOperator_IsABug() => FluentActions
        .Invoking(() => ClusterSelector.Matches(new LabelSelector(null, [new LabelRequirement("a", "Like", ["b"])]), Edge))
        .Should().Throw<ArgumentException>().WithMessage("*'Like'*In, NotIn, Exists, DoesNotExist*");

    [Theory]
    [InlineData(null, null, null, "core-1,edge-1,edge-2")]
    [InlineData("edge-2,edge-1", null, null, "edge-1,edge-2")]
    [InlineData("", "edge-1", null, "core-1,edge-2")]
    [InlineData("edge-1", "edge-1", null, "")]
    [InlineData(null, null, "edge", "edge-1,edge-2")]
    [InlineData("core-1", null, "edge", "")]
    public void Select_Affinity_IsNamedLessExcludedThatTheSelectorSelects(string? names, string? exclude, string? tier, string expected)
    {
        ClusterFacts[] clusters = [Make.Cluster("edge-2", "tier=edge"), Make.Cluster("core-1", "tier=core"), Edge];
        var selector = tier is null ? null : new LabelSelector(new Dictionary<string, string> { ["tier"] = tier });
        var affinity = new ClusterAffinity(Split(names), Split(exclude), selector);

        string.Join(',', AffinityMatcher.Select(affinity, clusters).Select(c => c.Name)).Should().Be(expected);
    }

    private static string[]? Split(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
