using CsCheck;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Traffic;

namespace Kairship.Delivery.Tests.Traffic;

public sealed class TrafficWeightsTests
{
    private static readonly string[] Clusters = ["a", "b", "c"];

    [Theory]
    [InlineData("a=2 b=2", "a b", "", "a=50 b=50 c=0")]
    [InlineData("a=3 b=1", "a b", "", "a=75 b=25 c=0")]
    [InlineData("a=3 b=3 c=!", "a b", "a=2 b=2 c=2", "a=50 b=50 c=0")]
    [InlineData("a=3 b=3 c=!", "a", "a=2 b=2 c=2", "a=60 b=40 c=0")]
    [InlineData("a=3 b=3 c=-", "a b", "a=2 c=4", "a=50 b=50 c=0")]
    [InlineData("a=3 b=3", "a", "a=6", "a=100 b=0 c=0")]
    [InlineData("a=3 b=3", "", "", null)]
    [InlineData("a=3", "", "a=6", "a=100 b=0 c=0")]
    [InlineData("a=0 b=1", "a b", "", "a=50 b=50 c=0")]
    public void Of_WhatIsInPlace_GetsItsShare(string plan, string done, string before, string? shares)
    {
        var weights = TrafficWeights.Of(Clusters, Plan(plan), done.Split(' '), before.Length == 0 ? null : Plan(before));

        (weights is null ? null : string.Join(' ', weights.Select(w => $"{w.Key}={w.Value}"))).Should().Be(shares);
    }

    [Fact]
    public void Of_Anything_SumsUp_AndLeavesNoLostClusterAnything() =>
        Gen.Select(Gen.Int[0, 5].Array[5], Gen.Int[0, 3].Array[5], Gen.Bool.Array[5]).Sample((replicas, roles, isDone) =>
        {
            var names = replicas.Select((_, i) => $"c{i}").ToList();
            var plan = Plan(string.Join(' ', names.Select((n, i) => roles[i] switch { 0 => $"{n}=!", 1 => $"{n}=-", _ => $"{n}={replicas[i]}" })));
            var weights = TrafficWeights.Of(names, plan, [.. names.Where((_, i) => isDone[i])], Plan(string.Join(' ', names.Take(2).Select(n => $"{n}=3"))));
            return weights is null || (weights.Values.Sum() == 100 && weights.Values.All(v => v >= 0) && names.Where((_, i) => roles[i] < 2).All(n => weights[n] == 0));
        });

    // "!" is lost, "-" is left.
    private static Plan Plan(string text) => new("shop", "v1", null, [], [.. text.Split(' ').Select(t => t.Split('=')).Select(t => new ClusterPlan(
        t[0], new Dictionary<string, string>(), "all", t[1] is "!" or "-" ? new Dictionary<string, int>() : new Dictionary<string, int> { ["Deployment/web"] = int.Parse(t[1], null) }, "", [], [])
    {
        Role = t[1] switch { "!" => PlannedRole.Lost, "-" => PlannedRole.Leaving, _ => PlannedRole.Target },
    })], "");
}
