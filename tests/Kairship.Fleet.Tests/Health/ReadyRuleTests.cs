using CsCheck;
using Kairship.Fleet.Health;

namespace Kairship.Fleet.Tests.Health;

public class ReadyRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HealthOptions Options = new();
    private static readonly Gen<List<ConditionStatus>> Looks = Gen.Enum<ConditionStatus>().List[1, 80];

    // T, F and U are what looks find every 10 s; what counts after each stands below: t, f, u; s is "starting".
    [Theory]
    [InlineData("TTUTTT", "tttttt")]
    [InlineData("TUUUUU", "ttuuuu")]
    [InlineData("TUFUFF", "ttffff")]
    [InlineData("TUTUTUTU", "tttttttt")]
    [InlineData("TUUUUTTTTT", "ttuuuuuutt")]
    [InlineData("TUUUUTTUTTTTT", "ttuuuuuuuuutt")]
    [InlineData("TFFFFUUUUU", "ttffffffuu")]
    [InlineData("UUUTTUTT", "ssstttttt")]
    public void Next_ByTable(string found, string counts)
    {
        var state = ReadyState.New(Start);
        var told = "";
        for (var i = 0; i < found.Length; i++)
        {
            state = ReadyRule.Next(state, Reading(found[i] switch { 'T' => ConditionStatus.True, 'F' => ConditionStatus.False, _ => ConditionStatus.Unknown }), Start.AddSeconds(10 * i), Options);
            told += state.Condition!.Reason == ReadyRule.Starting ? 's' : state.Condition.Status switch { ConditionStatus.True => 't', ConditionStatus.False => 'f', _ => 'u' };
        }

        told.Should().Be(counts[..found.Length]);
    }

    [Fact]
    public void Next_ClusterThatNeverAnswers_CountsAfterTheGrace()
    {
        var state = ReadyRule.Next(ReadyState.New(Start), Reading(ConditionStatus.Unknown), Start.AddSeconds(599), Options);
        state.Condition!.Reason.Should().Be(ReadyRule.Starting);
        ReadyRule.Next(state, Reading(ConditionStatus.False), Start.AddSeconds(600), Options).Condition!.Should()
            .Match<ClusterCondition>(c => c.Status == ConditionStatus.False && c.Reason == "Found");
    }

    [Fact]
    public void Next_AnyLooks_ChangesOnlyAfterTheThreshold_AndTheTimeMovesOnlyWithTheStatus() => Looks.Sample(looks =>
    {
        var state = new ReadyState(new ClusterCondition(ClusterCondition.Ready, ConditionStatus.True, "Ready", "", Start), null, true, Start);
        for (var i = 0; i < looks.Count; i++)
        {
            var now = Start.AddSeconds(10 * (i + 1));
            var next = ReadyRule.Next(state, Reading(looks[i]), now, Options);
            if (next.Condition!.Status == state.Condition!.Status)
            {
                next.Condition.LastTransition.Should().Be(state.Condition.LastTransition);
            }
            else
            {
                next.Condition.LastTransition.Should().Be(now);
                next.Condition.Status.Should().Be(looks[i]);
                var against = state.Condition.Status;
                var least = against == ConditionStatus.True ? Options.FailureLooks : 4;
                looks.Take(i + 1).TakeLast(least).Should().HaveCount(least).And.OnlyContain(l => l != against, "three pauses of 10 s lie between four looks");
            }

            state = next;
        }
    });

    // Two looks that wait 3 s each, a second apart, are 7 s of silence; refused at once they are 1 s, and that is too short.
    [Theory]
    [InlineData(3, 1, true)]
    [InlineData(0, 1, false)]
    [InlineData(0, 5, true)]
    public void Next_TheWaitForAnswersCounts(int waited, int pause, bool counts)
    {
        var state = new ReadyState(new ClusterCondition(ClusterCondition.Ready, ConditionStatus.True, "Ready", "", Start), null, true, Start);
        var began = Start;
        for (var look = 0; look < 2; look++)
        {
            state = ReadyRule.Next(state, Reading(ConditionStatus.Unknown), began.AddSeconds(waited), Options, began);
            (state.Differing, state.IsSuspected).Should().Be(look == 0 || !counts ? (look + 1, true) : (0, false));
            began = began.AddSeconds(waited + pause);
        }

        state.Condition!.Status.Should().Be(counts ? ConditionStatus.Unknown : ConditionStatus.True);
    }

    private static ConditionReading Reading(ConditionStatus status) => new(ClusterCondition.Ready, status, "Found", "");
}
