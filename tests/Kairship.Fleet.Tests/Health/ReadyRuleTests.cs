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
    [InlineData("TUUUUU", "ttttuu")]
    [InlineData("TUFUFF", "ttttff")]
    [InlineData("TUUUUTTTTT", "ttttuuuutt")]
    [InlineData("TUUUUTTUTTTTT", "ttttuuuuuuutt")]
    [InlineData("TFFFFUUUUU", "ttttffffuu")]
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
                looks.Take(i + 1).TakeLast(4).Should().HaveCount(4).And.OnlyContain(l => l != against, "three pauses of 10 s lie between four looks");
            }

            state = next;
        }
    });

    private static ConditionReading Reading(ConditionStatus status) => new(ClusterCondition.Ready, status, "Found", "");
}
