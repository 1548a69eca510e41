using CsCheck;
using Kairship.Fleet.Health;
using Kairship.Testing.Health;

namespace Kairship.Fleet.Tests.Health;

/// <summary>What the defaults of <see cref="HealthOptions"/> mean: how soon a loss counts, and what is no loss.</summary>
public class LookSimulationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HealthOptions Options = new();

    [Fact]
    public void Loss_AtAnyMoment_CountsWithin20Seconds() => Gen.Select(Gen.Int, Gen.Bool, Gen.Double[0, 600]).Sample((seed, silent, after) =>
    {
        var lost = Start.AddSeconds(after);
        var change = new LookSimulation(Options, at => at >= lost, silent, new Random(seed)).Run(Start, TimeSpan.FromMinutes(15)).First();

        change.Status.Should().Be(ConditionStatus.Unknown);
        (change.LastTransition - lost).TotalSeconds.Should().BeInRange(5 - 3, 19.03);
    });

    [Fact]
    public void Outage_ShorterThanTheThreshold_NeverCounts() => Gen.Select(Gen.Int, Gen.Bool, Gen.Double[0, 60], Gen.Double[0, 4.99]).Sample((seed, silent, after, seconds) =>
    {
        var (from, to) = (Start.AddSeconds(after), Start.AddSeconds(after + seconds));

        new LookSimulation(Options, at => at >= from && at < to, silent, new Random(seed)).Run(Start, TimeSpan.FromMinutes(5)).Should().BeEmpty();
    });

    [Fact]
    public void Outage_ThatIsOver_CountsAsOverOnlyAfterTheSuccessThreshold() => Gen.Select(Gen.Int, Gen.Bool).Sample((seed, silent) =>
    {
        var (from, to) = (Start.AddMinutes(1), Start.AddMinutes(3));
        var changes = new LookSimulation(Options, at => at >= from && at < to, silent, new Random(seed)).Run(Start, TimeSpan.FromMinutes(10)).ToList();

        changes.Select(c => c.Status).Should().Equal(ConditionStatus.Unknown, ConditionStatus.True);
        (changes[1].LastTransition - to).TotalSeconds.Should().BeGreaterThanOrEqualTo(30 - 3);
    });

    // Of 1,000 clusters in an hour. With every fiftieth request lost none is expected (1e-13 a look); with every fifth about 8: 3 * 0.2^4 of the looks fail, and two in a row count.
    [Theory]
    [InlineData(0.02, true, 0, 0)]
    [InlineData(0.02, false, 0, 0)]
    [InlineData(0.2, true, 0, 30)]
    public void LostRequests_AreFalseAlarms_AsSeldomAsReckoned(double share, bool silent, int least, int most)
    {
        var (alarms, requests, looks) = (0, 0, 0);
        for (var cluster = 0; cluster < 1000; cluster++)
        {
            var random = new Random(cluster);
            var looked = new LookSimulation(Options, _ => random.NextDouble() < share, silent, random);
            alarms += looked.Run(Start, TimeSpan.FromHours(1)).Count(c => c.Status == ConditionStatus.Unknown);
            (requests, looks) = (requests + looked.Requests, looks + looked.Looks);
        }

        alarms.Should().BeInRange(least, most);
        ((double)requests / looks).Should().BeLessThan(3 / (1 - share) * 1.05, "healthy clusters are asked what they were always asked");
    }

    [Fact]
    public void Defaults_AreWhatTheirSummaryReckonsWith()
    {
        Options.Validate();
        ((Options.Interval * 1.2) + (Options.LookTimeout * 2) + Options.Recheck).Should().Be(TimeSpan.FromSeconds(19));
        new Action(() => (Options with { AskAgain = TimeSpan.Zero }).Validate()).Should().Throw<ArgumentException>().WithMessage("*AskAgain*00:00:00.0100000*");
        new Action(() => (Options with { FailureLooks = 0 }).Validate()).Should().Throw<ArgumentException>().WithMessage("*FailureLooks is 0*");
    }
}
