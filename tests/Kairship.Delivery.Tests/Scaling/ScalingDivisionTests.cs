using CsCheck;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingDivisionTests
{
    private static readonly Gen<(string, long)[]> GenWeights = Gen.Long[0, 50].Array[1, 8].Select(weights => weights.Select((w, i) => ($"c{i}", w)).ToArray());

    [Theory]
    [InlineData(3, 30, "a:1 b:1 c:1", "a:1-10 b:1-10 c:1-10", null)]
    [InlineData(8, 40, "a:3 b:1", "a:6-30 b:2-10", null)]
    [InlineData(4, 9, "a:5 b:0", "a:3-8 b:1-1", null)]
    [InlineData(1, 6, "a:1 b:1 c:1", "a:1-2 b:1-2 c:1-2", "The min is 3 instead of 1")]
    public void Bounds_Table(int min, int max, string weights, string expected, string? note)
    {
        var division = ScalingDivision.Bounds(min, max, Placement.Fleet.Numbers(weights).Select(w => (w.Key, (long)w.Value)).ToList());
        string.Join(' ', division.Shares.Select(s => $"{s.Key}:{s.Value.Min}-{s.Value.Max}")).Should().Be(expected);
        division.Note?[..Math.Min(division.Note.Length, note?.Length ?? 0)].Should().Be(note);
        (division.Note is null).Should().Be(note is null);
    }

    [Fact]
    public void Bounds_FewerThanClusters_AreRefused() =>
        ScalingDivision.Bounds(1, 2, [("a", 1), ("b", 1), ("c", 1)]).Should().Match<BoundsDivision>(d => d.Shares.Count == 0 && d.Problem!.Contains("Raise max to 3"));

    [Fact]
    public void Bounds_SumsAreExact_AndEveryMinIsAtMostItsMax() => Gen.Select(GenWeights, Gen.Int[0, 200], Gen.Int[0, 200]).Sample((weights, a, b) =>
    {
        var (min, max) = (Math.Min(a, b), Math.Max(a, b) + weights.Length);
        var shares = ScalingDivision.Bounds(min, max, weights).Shares.Values;
        return shares.Sum(s => s.Max) == max && shares.Sum(s => s.Min) == Math.Max(min, weights.Length) && shares.All(s => s.Min >= 1 && s.Min <= s.Max);
    });

    [Fact]
    public void Bounds_GreaterMax_TakesNothingAway() => Gen.Select(GenWeights, Gen.Int[0, 100], Gen.Int[0, 50]).Sample((weights, max, more) =>
    {
        var (small, great) = (ScalingDivision.Bounds(1, max + weights.Length, weights), ScalingDivision.Bounds(1, max + weights.Length + more, weights));
        return small.Shares.All(s => great.Shares[s.Key].Max >= s.Value.Max);
    });
}
