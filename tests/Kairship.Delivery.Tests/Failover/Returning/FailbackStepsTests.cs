using CsCheck;
using Kairship.Delivery.Failover.Returning;

namespace Kairship.Delivery.Tests.Failover.Returning;

using Fleet = Kairship.Delivery.Tests.Placement.Fleet;

public sealed class FailbackStepsTests
{
    private static readonly Gen<Dictionary<string, IReadOnlyDictionary<string, int>>> GenPlacement = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 5], Gen.Bool).Array[4].Select(clusters => clusters
        .Select((c, i) => (c, i)).Where(c => c.c.Item3)
        .ToDictionary(c => $"c{c.i}", c => (IReadOnlyDictionary<string, int>)new Dictionary<string, int> { ["Deployment/web"] = c.c.Item1, ["StatefulSet/db"] = c.c.Item2 }));

    private static readonly Gen<int[]> GenPercents = Gen.Int[1, 100].Array[0, 5].Select(p => p.Distinct().Order().ToArray());

    [Theory]
    [InlineData("b:10", "a:10", "25 50", "25: a:3 b:10 > a:3 b:8; 50: a:5 b:8 > a:5 b:5; 100: a:10 b:5 > a:10 b:0")]
    [InlineData("b:6 c:6", "a:4 b:4 c:4", "50", "50: a:2 b:6 c:6 > a:2 b:5 c:5; 100: a:4 b:5 c:5 > a:4 b:4 c:4")]
    [InlineData("b:3", "a:1 b:2", "10", "10: a:1 b:3 > a:1 b:3; 100: a:1 b:3 > a:1 b:2")] // one of one is the least there is
    [InlineData("b:4", "a:8", "50", "50: a:4 b:4 > a:4 b:2; 100: a:8 b:2 > a:8 b:0")] // scaled since
    [InlineData("b:8", "a:4", "50", "50: a:2 b:8 > a:2 b:4; 100: a:4 b:4 > a:4 b:0")]
    [InlineData("b:2", "b:2", "50", "50: b:2 > b:2; 100: b:2 > b:2")]
    [InlineData("b:10", "a:10", "", "100: a:10 b:10 > a:10 b:0")]
    public void Plan_Table(string present, string target, string percents, string expected)
    {
        var steps = FailbackSteps.Plan(Fleet.Previous(present).Replicas, Fleet.Previous(target).Replicas, [.. percents.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]);
        string.Join("; ", steps.Select(s => $"{s.Percent}: {Show(s.Raised)} > {Show(s.Lowered)}")).Should().Be(expected);
    }

    [Fact]
    public void Plan_NothingGoesToAndFro_AndThereAreNeverTooFew() => Gen.Select(GenPlacement, GenPlacement, GenPercents).Sample((present, target, percents) =>
    {
        var halves = FailbackSteps.Plan(present, target, percents).SelectMany(s => new[] { s.Raised, s.Lowered }).ToList();
        foreach (var workload in new[] { "Deployment/web", "StatefulSet/db" })
        {
            var least = Math.Min(Sum(present, workload), Sum(target, workload));
            halves.Should().OnlyContain(h => Sum(h, workload) >= least);
            foreach (var cluster in present.Keys.Union(target.Keys))
            {
                var way = halves.Select(h => Of(h, cluster, workload)).Prepend(Of(present, cluster, workload)).ToList();
                (Of(target, cluster, workload) >= way[0] ? way.Order() : way.OrderDescending()).Should().Equal(way);
                way[^1].Should().Be(Of(target, cluster, workload), "the end is the target");
            }
        }

        // The first half of a step only grows, the second only shrinks.
        for (var i = 0; i < halves.Count; i++)
        {
            var before = i == 0 ? present : halves[i - 1];
            halves[i].Keys.All(c => halves[i][c].Keys.All(w => i % 2 == 0 ? Of(halves[i], c, w) >= Of(before, c, w) : Of(halves[i], c, w) <= Of(before, c, w))).Should().BeTrue();
        }
    });

    private static string Show(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> placement) => string.Join(' ', placement.Select(p => $"{p.Key}:{p.Value["Deployment/web"]}"));

    private static int Sum(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> placement, string workload) => placement.Keys.Sum(c => Of(placement, c, workload));

    private static int Of(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> placement, string cluster, string workload) =>
        placement.TryGetValue(cluster, out var workloads) ? workloads.GetValueOrDefault(workload) : 0;
}
