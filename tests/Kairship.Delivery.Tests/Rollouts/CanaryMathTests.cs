using CsCheck;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Rollouts;

public sealed class CanaryMathTests
{
    private static readonly Gen<Dictionary<string, int>> GenStable =
        Gen.Int[0, 40].Array[1, 6].Select(counts => counts.Select((count, i) => (count, i)).ToDictionary(c => $"c{c.i}", c => c.count));

    [Theory]
    [InlineData(10, 0, 0)]
    [InlineData(0, 50, 0)]
    [InlineData(10, 1, 1)]
    [InlineData(10, 10, 1)]
    [InlineData(10, 20, 3)] // 2/12 = 16.7 %, 3/13 = 23.1 %: 3.08 off beats 3.33 off
    [InlineData(4, 20, 1)] // exactly 1/5
    [InlineData(3, 20, 1)]
    [InlineData(2, 41, 1)] // 1/3 is 7.67 off, 2/4 is 9 off
    [InlineData(2, 42, 2)] // 1/3 is 8.67 off, 2/4 is 8 off
    [InlineData(10, 50, 10)]
    [InlineData(10, 80, 10)]
    [InlineData(10, 99, 10)]
    [InlineData(10, 100, 10)]
    [InlineData(1, 1, 1)]
    [InlineData(100, 25, 33)]
    [InlineData(int.MaxValue, 49, 2_063_268_602)]
    public void CanaryReplicas_Table(int stable, int weight, int expected) => CanaryMath.CanaryReplicas(stable, weight).Should().Be(expected);

    [Fact]
    public void CanaryReplicas_ShareIsTheClosestOfAll() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 99]).Sample((stable, weight) =>
    {
        // Ties take the greater one; exact in whole numbers by a common denominator.
        var best = Enumerable.Range(1, stable).OrderBy(c => Math.Abs((decimal)c / (stable + c) - weight / 100m)).ThenByDescending(c => c).First();
        return CanaryMath.CanaryReplicas(stable, weight) == best;
    });

    [Fact]
    public void CanaryReplicas_GreaterWeight_NeverHasFewer() => Gen.Select(Gen.Int[0, 500], Gen.Int[0, 99]).Sample((stable, weight) =>
        CanaryMath.CanaryReplicas(stable, weight) <= CanaryMath.CanaryReplicas(stable, weight + 1));

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(1, -1)]
    [InlineData(1, 101)]
    public void CanaryReplicas_OutOfRange_IsABug(int stable, int weight) =>
        FluentActions.Invoking(() => CanaryMath.CanaryReplicas(stable, weight)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Divide_SumIsTheGlobalTotal() => Gen.Select(GenStable, Gen.Int[0, 100]).Sample((stable, weight) =>
        CanaryMath.Divide(stable, weight).Values.Sum() == CanaryMath.CanaryReplicas(stable.Values.Sum(), weight));

    [Fact]
    public void Divide_StepUp_TakesNoCanaryPodAwayAnywhere() => Gen.Select(GenStable, Gen.Int[0, 100], Gen.Int[0, 100]).Sample((stable, a, b) =>
    {
        var (lower, higher) = (CanaryMath.Divide(stable, Math.Min(a, b)), CanaryMath.Divide(stable, Math.Max(a, b)));
        return lower.All(c => higher[c.Key] >= c.Value);
    });

    [Fact]
    public void Divide_NoClusterHasMoreThanItsStableCount() => Gen.Select(GenStable, Gen.Int[0, 100]).Sample((stable, weight) =>
        CanaryMath.Divide(stable, weight).All(c => c.Value <= stable[c.Key] && c.Value >= 0));

    [Fact]
    public void Divide_FullWeight_IsTheStableCountEverywhere() => GenStable.Sample(stable =>
        CanaryMath.Divide(stable, 100).OrderBy(c => c.Key).SequenceEqual(stable.OrderBy(c => c.Key)));

    [Fact]
    public void DivideWave_EveryWorkload_IsDividedOverTheClustersThatHaveIt()
    {
        var stable = new Dictionary<string, IReadOnlyDictionary<string, int>>
        {
            ["a"] = new Dictionary<string, int> { ["Deployment/web"] = 4, ["Deployment/only-a"] = 2 },
            ["b"] = new Dictionary<string, int> { ["Deployment/web"] = 4 },
        };

        var canary = CanaryMath.DivideWave(stable, 20);

        canary["a"].Should().Equal(new Dictionary<string, int> { ["Deployment/only-a"] = 1, ["Deployment/web"] = 1 });
        canary["b"].Should().Equal(new Dictionary<string, int> { ["Deployment/web"] = 1 });
    }
}
