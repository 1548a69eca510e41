using CsCheck;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Plans;

public sealed class WavePlannerTests
{
    private static readonly ClusterFacts[] Clusters =
    [
        Make.Cluster("core-b", "tier=core"), Make.Cluster("edge-z", "tier=edge", "kairship.io/order=1"), Make.Cluster("edge-a", "tier=edge", "kairship.io/order=10"),
        Make.Cluster("edge-m", "tier=edge"), Make.Cluster("core-a", "tier=core"),
    ];

    [Fact]
    public void Plan_Waves_TakeClustersOnceInOrderAndTheRestComesLast()
    {
        var policy = new RolloutPolicy { Waves = [new Wave("edge", Tier("edge"), MaxConcurrency: "50%"), new Wave("all-edge-and-core-a", Tier("edge"), ["core-a"]), new Wave("none")] };

        WavePlanner.Plan(policy, Clusters).Should().BeEquivalentTo(
            new[]
            {
                new PlannedWave("edge", ["edge-z", "edge-a", "edge-m"], 1), new PlannedWave("all-edge-and-core-a", ["core-a"], 1), new PlannedWave("rest", ["core-b"], 1),
            },
            options => options.WithStrictOrdering());
    }

    [Fact]
    public void Plan_NoWaves_IsOneWaveOfAll() => WavePlanner.Plan(new RolloutPolicy(), Clusters).Should().ContainSingle()
        .Which.Should().BeEquivalentTo(new PlannedWave("all", ["edge-z", "edge-a", "core-a", "core-b", "edge-m"], 5), options => options.WithStrictOrdering());

    [Theory]
    [InlineData(null, 5, 5)]
    [InlineData("2", 5, 2)]
    [InlineData("9", 5, 5)]
    [InlineData("50%", 5, 2)]
    [InlineData("10%", 5, 1)]
    [InlineData("100%", 5, 5)]
    public void Concurrency_NumberOrShareRoundedDown(string? text, int clusters, int expected) => WavePlanner.Concurrency(text, clusters).Should().Be(expected);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("many")]
    public void Concurrency_SomethingElse_IsRefused(string text) => FluentActions.Invoking(() => WavePlanner.Concurrency(text, 5)).Should().Throw<FormatException>();

    [Fact]
    public void Plan_EveryClusterIsInExactlyOneWave()
    {
        var gen = Gen.Select(Gen.Int[0, 3].Array[0, 12], Gen.Int[0, 3].Array[0, 4]);
        gen.Sample((tiers, waves) =>
        {
            var clusters = tiers.Select((tier, i) => Make.Cluster($"c{i}", $"tier=t{tier}", $"kairship.io/order={tier % 2}")).ToList();
            var policy = new RolloutPolicy { Waves = waves.Select((tier, i) => new Wave($"w{i}", Tier($"t{tier}"), [$"c{i}"], "34%")).ToList() };
            var planned = WavePlanner.Plan(policy, clusters);
            return planned.SelectMany(w => w.Clusters).Order().SequenceEqual(clusters.Select(c => c.Name).Order())
                && planned.All(w => w.Clusters.Count > 0 && w.MaxConcurrency >= 1 && w.MaxConcurrency <= w.Clusters.Count);
        });
    }

    private static LabelSelector Tier(string tier) => new(new Dictionary<string, string> { ["tier"] = tier });
}
