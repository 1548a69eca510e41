using CsCheck;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Deciding;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Tests.Placement;

public sealed class SpreadTests
{
    private static SpreadConstraint By(SpreadField field, int min, int max = 0) => new(field, min, max);

    [Theory]
    [InlineData("a:9 b:9 c:9", 3, 1, 2, "", "a:2 b:1")]
    [InlineData("a:1 b:9 c:5", 3, 1, 2, "", "b:2 c:1")]
    // The used one comes first, whatever its room.
    [InlineData("a:1 b:9 c:5", 3, 1, 2, "a:1", "a:1 b:2")]
    // Short of room: from the last upward, the one with most.
    [InlineData("a:1 b:9 c:5", 12, 1, 2, "a:1", "b:8 c:4")]
    // Room decides where the replicas go, but at least so many clusters get one.
    [InlineData("a:90 b:2 c:2", 5, 3, 3, "", "a:3 b:1 c:1")]
    [InlineData("a:90 b:2 c:2", 2, 3, 3, "", "a:1 b:1")]
    public void ByCluster_Dynamic(string rooms, int replicas, int min, int max, string previous, string expected) =>
        Fleet.Decide(Fleet.Request(Fleet.Dynamic(By(SpreadField.Cluster, min, max)), rooms, replicas, previous)).Show().Should().Be(expected);

    [Theory]
    [InlineData("a:9 b:9", 2, 3, "it must spread over at least 3 clusters, and only 2 can be chosen.")]
    [InlineData("a:9 b:0 c:9", 2, 3, "it must spread over at least 3 clusters, and only 2 can be chosen.")]
    [InlineData("a:3 b:3 c:3", 7, 2, "7 replicas are needed, and no 2 clusters together have room for more than 6.")]
    public void ByCluster_WhatCannotBe_SaysWhy(string rooms, int replicas, int min, string expected) =>
        Fleet.Decide(Fleet.Request(Fleet.Dynamic(By(SpreadField.Cluster, min, Math.Max(min, 2))), rooms, replicas)).Unschedulable.Should().Be(expected);

    [Fact]
    public void ByCluster_Duplicated_TakesThoseWithRoomAndExplainsTheOthers()
    {
        var decision = Fleet.Decide(Fleet.Request(Fleet.Duplicated(By(SpreadField.Cluster, 1, 2)), "a:1 b:5 c:9 d:4", 3));

        decision.Show().Should().Be("b:3 c:3");
        decision.Reasons["a"].Should().Contain("too little room");
        decision.Reasons["d"].Should().Be("d is not chosen: the spread constraints (cluster 1 to 2) chose others; it is at place 3 (available replicas 4).");
    }

    private static readonly (string, string)[] Regions =
        [("a", "region=eu"), ("b", "region=eu"), ("c", "region=us"), ("d", "region=us"), ("e", "region=ap"), ("a", "zone=1"), ("b", "zone=2"), ("c", "zone=3"), ("d", "zone=3"), ("e", "zone=5")];

    [Theory]
    // The heaviest regions: min(room, ceil(6/2)) each; eu and us tie, ap has too little; then by clusters.
    [InlineData("a:4 b:4 c:4 d:4 e:1", 6, 2, 2, 0, "a:2 b:2 c:1 d:1")]
    [InlineData("a:4 b:4 c:4 d:4 e:9", 6, 2, 2, 2, "a:3 c:3")]
    [InlineData("a:1 b:1 c:4 d:4 e:9", 6, 2, 2, 0, "c:2 d:1 e:3")]
    // The best sets lack room with two clusters: then those that have it.
    [InlineData("a:2 b:2 c:9 d:1 e:3", 12, 2, 2, 2, "c:9 e:3")]
    public void ByRegion_Dynamic(string rooms, int replicas, int min, int max, int clusters, string expected)
    {
        SpreadConstraint[] spread = clusters == 0 ? [By(SpreadField.Region, min, max)] : [By(SpreadField.Region, min, max), By(SpreadField.Cluster, 1, clusters)];

        Fleet.Decide(Fleet.Request(Fleet.Dynamic(spread), rooms, replicas, "", Regions)).Show().Should().Be(expected);
    }

    [Fact]
    public void ByRegion_WithoutARegion_IsLeftOutAloud()
    {
        var decision = Fleet.Decide(Fleet.Request(Fleet.Duplicated(By(SpreadField.Region, 2)), "a:9 c:9 x:9", 1, "", Regions));

        decision.Show().Should().Be("a:1 c:1");
        decision.Reasons["x"].Should().Be("x is not chosen: it has no region, by which the application spreads.");
        Fleet.Decide(Fleet.Request(Fleet.Duplicated(By(SpreadField.Region, 3)), "a:9 c:9 x:9", 1, "", Regions)).Unschedulable
            .Should().Be("it must spread over at least 3 regions, and clusters that can be chosen are in 2.");
    }

    [Fact]
    public void ByRegionAndZone_BothHold()
    {
        var decision = Fleet.Decide(Fleet.Request(Fleet.Duplicated(By(SpreadField.Region, 2, 2), By(SpreadField.Zone, 3), By(SpreadField.Cluster, 3, 3)), "a:9 b:9 c:9 d:9 e:9", 1, "", Regions));

        decision.Show().Should().Be("a:1 b:1 c:1");
        Fleet.Decide(Fleet.Request(Fleet.Duplicated(By(SpreadField.Region, 1, 1), By(SpreadField.Zone, 3)), "a:9 b:9 c:9 d:9", 1, "", Regions)).Unschedulable
            .Should().Be("no set of 1 to 1 regions satisfies all spread constraints (region 1 to 1, zone 3 to all).");
    }

    [Fact]
    public void Static_IgnoresSpreadAndSaysSo()
    {
        var decision = Fleet.Decide(Fleet.Request(new PlacementPolicy { ReplicaScheduling = ReplicaSchedulingType.Divided, SpreadConstraints = [By(SpreadField.Cluster, 1, 1)] }, "a:9 b:9", 4));

        decision.Show().Should().Be("a:2 b:2");
        decision.Explanation.Notes.Should().ContainSingle().Which.Should().StartWith("The spread constraints have no effect");
    }

    [Fact]
    public void GroupSearch_FindsWhatTryingAllFinds() => Gen.Select(
        Gen.Select(Gen.Long[0, 3], Gen.Int[1, 3], Gen.Long[0, 5]).Array[1, 7], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[1, 9], Gen.Long[0, 12]).Sample((raw, least, more, clusters, room) =>
    {
        var groups = raw.OrderByDescending(g => g.Item1).ThenByDescending(g => g.Item2).Select(g => new GroupSearch.Group(g.Item1, g.Item2, g.Item3)).ToList();

        var found = new GroupSearch(groups, least, least + more).Best(clusters, room, 1);

        var expected = Subsets(groups.Count).Where(path => IsEnough(path) && !Prefixes(path).Any(IsEnough))
            .OrderByDescending(p => p.Sum(i => groups[i].Weight)).ThenByDescending(p => p.Sum(i => groups[i].Clusters))
            .ThenBy(p => string.Join('.', p.Select(i => (char)('a' + i))), StringComparer.Ordinal).FirstOrDefault();
        return expected is null ? found.Count == 0 : found.Count == 1 && found[0].SequenceEqual(expected);

        bool IsEnough(int[] path) => path.Length >= least && path.Length <= least + more && path.Sum(i => groups[i].Clusters) >= clusters && path.Sum(i => groups[i].Room) >= room;
    });

    [Fact]
    public void GroupSearch_AThousandHostileRegions_EndsAndStillFindsOne()
    {
        var groups = Enumerable.Range(0, 1000).Select(i => new GroupSearch.Group(1000, 1 + i % 2, i)).ToList();

        new GroupSearch(groups, 5, 40).Best(75, 0, 16).Should().NotBeEmpty().And.OnlyContain(path => path.Length <= 40 && path.Sum(i => groups[i].Clusters) >= 75);
        new GroupSearch(groups, 5, 40).Best(5, 39_000, 1).Should().ContainSingle().Which.Sum(i => groups[i].Room).Should().BeGreaterThanOrEqualTo(39_000);
        new GroupSearch(groups, 5, 40).Best(5, 40_000, 1).Should().BeEmpty("the forty greatest have 39,180");
    }

    private static IEnumerable<int[]> Subsets(int count) => Enumerable.Range(1, (1 << count) - 1).Select(bits => Enumerable.Range(0, count).Where(i => (bits >> i & 1) == 1).ToArray());

    private static IEnumerable<int[]> Prefixes(int[] path) => Enumerable.Range(1, path.Length - 1).Select(length => path[..length]);
}
