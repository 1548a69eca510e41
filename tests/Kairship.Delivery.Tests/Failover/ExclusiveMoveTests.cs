using CsCheck;
using Kairship.Delivery.Failover;

namespace Kairship.Delivery.Tests.Failover;

using Places = IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>;

public sealed class ExclusiveMoveTests
{
    private static readonly string[] Workloads = ["Deployment/web", "StatefulSet/db"];

    private static readonly Gen<Dictionary<string, IReadOnlyDictionary<string, int>>> GenPlaces = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Bool).Array[4].Select(clusters => clusters
        .Select((c, i) => (c, i)).Where(c => c.c.Item3)
        .ToDictionary(c => $"c{c.i}", c => (IReadOnlyDictionary<string, int>)new Dictionary<string, int> { [Workloads[0]] = c.c.Item1, [Workloads[1]] = c.c.Item2 }));

    [Theory]
    [InlineData("a:3", "b:3", true, "a:nothing")]
    [InlineData("a:3 b:1", "a:1 b:3", true, "a:db=1")]
    [InlineData("a:3 b:3", "b:3", true, "")] // nothing grows
    [InlineData("a:3 b:3", "b:3", false, "a:nothing")] // it may have less than it should in b
    [InlineData("a:3", "a:2", true, "")]
    [InlineData("a:2", "a:3", true, "")]
    [InlineData("a:2", "a:2", true, "")] // a plain release
    [InlineData("a:2", "a:2", false, "")]
    [InlineData("a", "b", true, "a:nothing")] // nothing of it has a number
    [InlineData("a", "a", true, "")]
    [InlineData("a:2", "a", true, "")] // an autoscaler sizes it now
    [InlineData("", "a:1", true, "")]
    [InlineData("a:1", "", true, "")]
    [InlineData("a:2 b:2 c:2", "b:3 c:1 d:2", true, "a:nothing c:db=1")]
    public void TakeAway_Table(string from, string to, bool isExact, string expected)
    {
        var limits = ExclusiveMove.TakeAway(Read(from), Read(to), isExact);
        string.Join(' ', limits.Select(l => $"{l.Key}:{(l.Value is null ? "nothing" : string.Join(',', l.Value.Select(w => $"{w.Key}={w.Value}")))}")).Should().Be(expected);
    }

    [Fact]
    public void TakeAway_LeavesWhatStays_AndNeverTooManyWhileItGrows() => Gen.Select(GenPlaces, GenPlaces, Gen.Bool).Sample((from, to, isExact) =>
    {
        var limits = ExclusiveMove.TakeAway(from, to, isExact);
        foreach (var workload in Workloads)
        {
            var lowered = from.ToDictionary(c => c.Key, c => !limits.TryGetValue(c.Key, out var limit) ? c.Value[workload] : limit is null ? 0 : Math.Min(c.Value[workload], limit.GetValueOrDefault(workload, int.MaxValue)));
            foreach (var (cluster, count) in lowered)
            {
                count.Should().BeGreaterThanOrEqualTo(Math.Min(from[cluster][workload], Of(to, cluster, workload)), "only what is too much is taken away");
                if (limits.Count > 0)
                {
                    count.Should().BeLessThanOrEqualTo(Of(to, cluster, workload), "what is left is what stays");
                }
            }

            // Growth may come in any order, all at once at most.
            var most = lowered.Keys.Union(to.Keys).Sum(c => Math.Max(lowered.GetValueOrDefault(c), Of(to, c, workload)));
            most.Should().BeLessThanOrEqualTo(Math.Max(from.Keys.Sum(c => Of(from, c, workload)), to.Keys.Sum(c => Of(to, c, workload))), "nothing is doubled");
        }

        (!isExact || limits.Count == 0 || to.Any(c => !from.TryGetValue(c.Key, out var had) || c.Value.Any(w => w.Value > had[w.Key]))).Should().BeTrue("where nothing grows, the order is as ever");
    });

    [Fact]
    public void Most_IsTheGreaterOfBoth_Everywhere() => Gen.Select(GenPlaces, GenPlaces).Sample((one, other) =>
    {
        var most = ExclusiveMove.Most(one, other);
        most.Keys.Should().BeEquivalentTo(one.Keys.Union(other.Keys));
        most.All(c => Workloads.All(w => c.Value[w] == Math.Max(Of(one, c.Key, w), Of(other, c.Key, w)))).Should().BeTrue();
    });

    private static int Of(Places places, string cluster, string workload) => places.TryGetValue(cluster, out var workloads) ? workloads.GetValueOrDefault(workload) : 0;

    /// <summary>"a:3 b": three of db in a, and something without a number in b.</summary>
    private static Dictionary<string, IReadOnlyDictionary<string, int>> Read(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')).ToDictionary(
        p => p[0], p => (IReadOnlyDictionary<string, int>)(p.Length == 1 ? [] : new Dictionary<string, int> { ["db"] = int.Parse(p[1]) }));
}
