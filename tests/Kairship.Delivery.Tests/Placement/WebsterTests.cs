using CsCheck;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Placement;

public sealed class WebsterTests
{
    private static readonly Gen<(string, long)[]> GenParties =
        Gen.Long[0, 50].Array[1, 7].Select(weights => weights.Select((weight, i) => ($"c{i}", weight)).ToArray());

    [Theory]
    [InlineData(10, "a:1,b:1", "a:5,b:5")]
    [InlineData(3, "a:1,b:1", "a:2,b:1")]
    [InlineData(1, "b:1,a:1", "b:0,a:1")]
    [InlineData(7, "a:2,b:1", "a:5,b:2")]
    [InlineData(5, "a:3,b:0", "a:5,b:0")]
    [InlineData(4, "a:0,b:0", "a:2,b:2")]
    [InlineData(0, "a:1", "a:0")]
    [InlineData(100, "a:53,b:24,c:23", "a:53,b:24,c:23")]
    public void Divide_Table(int total, string weights, string expected) =>
        Webster.Divide(total, Parties(weights)).Should().BeEquivalentTo(Parties(expected).ToDictionary(p => p.Name, p => (int)p.Weight));

    [Fact]
    public void Divide_TieWithDescendingNames_GivesTheLastNameTheSeat() =>
        Webster.Divide(1, [("a", 1), ("b", 1)], descendingTies: true).Should().Equal(new Dictionary<string, int> { ["a"] = 0, ["b"] = 1 });

    [Fact]
    public void Divide_Tie_PrefersWhoHasFewerSeats()
    {
        // 3/(2*1+1) = 1/(2*0+1): the one without a seat comes first although its name is last.
        var seats = Webster.Divide(2, [("a", 3), ("z", 1)], new Dictionary<string, int> { ["a"] = 1 });

        seats.Should().Equal(new Dictionary<string, int> { ["a"] = 1, ["z"] = 1 });
    }

    [Fact]
    public void Divide_NoParty_GivesNothing() => Webster.Divide(5, []).Should().BeEmpty();

    [Fact]
    public void Divide_NegativeWeightOrTotalOrTooManyHeld_IsRefused()
    {
        FluentActions.Invoking(() => Webster.Divide(1, [("a", -1)])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Webster.Divide(-1, [("a", 1)])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Webster.Divide(1, [("a", 1)], new Dictionary<string, int> { ["a"] = 2 })).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Divide_SumIsExact() => Gen.Select(GenParties, Gen.Int[0, 300]).Sample(
        (parties, total) => Webster.Divide(total, parties).Values.Sum() == total);

    [Fact]
    public void Divide_GreaterTotal_TakesNothingFromAnybody() => Gen.Select(GenParties, Gen.Int[0, 200]).Sample((parties, total) =>
    {
        var (less, more) = (Webster.Divide(total, parties), Webster.Divide(total + 1, parties));
        return less.All(seat => more[seat.Key] >= seat.Value);
    });

    [Fact]
    public void Divide_ZeroWeight_GetsNothingUnlessAllAreZero() => Gen.Select(GenParties, Gen.Int[0, 100]).Sample((parties, total) =>
        parties.All(p => p.Item2 == 0) || parties.Where(p => p.Item2 == 0).All(p => Webster.Divide(total, parties)[p.Item1] == 0));

    [Fact]
    public void Divide_OneByOne_GivesWhatOneGoGives() => Gen.Select(GenParties, Gen.Int[0, 60], Gen.Bool).Sample((parties, total, descending) =>
    {
        // Seat by seat from what is held takes the plain loop; one go takes the short cut for great totals.
        IReadOnlyDictionary<string, int> held = parties.ToDictionary(p => p.Item1, _ => 0);
        for (var seats = 1; seats <= total; seats++)
        {
            held = Webster.Divide(seats, parties, held, descending);
        }

        return Webster.Divide(total, parties, descendingTies: descending).OrderBy(s => s.Key).SequenceEqual(held.OrderBy(s => s.Key));
    });

    [Fact]
    public void Divide_HeldSeats_AreNeverTaken() => Gen.Select(GenParties, Gen.Int[0, 20].Array[7], Gen.Int[0, 50]).Sample((parties, held, extra) =>
    {
        var before = parties.Select((p, i) => (p.Item1, held[i])).ToDictionary(p => p.Item1, p => p.Item2);
        var total = before.Values.Sum() + extra;
        var after = Webster.Divide(total, parties, before);
        return after.Values.Sum() == total && before.All(b => after[b.Key] >= b.Value);
    });

    [Fact]
    public void Divide_OrderOfParties_DoesNotCount() => Gen.Select(GenParties, Gen.Int[0, 100]).Sample((parties, total) =>
        Webster.Divide(total, parties.Reverse().ToArray()).OrderBy(s => s.Key).SequenceEqual(Webster.Divide(total, parties).OrderBy(s => s.Key)));

    [Fact]
    public void Divide_GreatestTotalAndWeights_IsExactAndQuick() =>
        Webster.Divide(int.MaxValue, [("a", long.MaxValue), ("b", long.MaxValue), ("c", 1)]).Values.Sum(v => (long)v).Should().Be(int.MaxValue);

    private static (string Name, long Weight)[] Parties(string text) =>
        text.Split(',').Select(part => part.Split(':')).Select(part => (part[0], long.Parse(part[1]))).ToArray();
}
