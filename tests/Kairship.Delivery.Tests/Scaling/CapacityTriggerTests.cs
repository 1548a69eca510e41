using CsCheck;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class CapacityTriggerTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly CapacityThresholds Defaults = new();

    [Theory]
    [InlineData(0, 0, 50, false, "c has room.")]
    [InlineData(0, 0, 89, false, "c has room.")]
    [InlineData(0, 0, 90, true, "90% of its cpu is requested")]
    [InlineData(3, 59, 50, false, "c has room.")]
    [InlineData(3, 60, 50, true, "3 pods wait for it")]
    public void FirstReading_Table(int pending, int seconds, int percent, bool raised, string sentence)
    {
        var alarm = CapacityTrigger.Judge(Signs(pending, pending == 0 ? null : Start.AddSeconds(-seconds), percent), Defaults, null, Start);
        alarm.Should().Match<CapacityAlarm>(a => a.IsRaised == raised && a.Acts == raised);
        alarm.Sentence.Should().Contain(sentence);
    }

    [Fact]
    public void Raised_IsClearedOnlyAfterATimeWithoutASign()
    {
        var alarm = Judge(null, 95, 0);
        alarm.Acts.Should().BeTrue();
        alarm = Judge(alarm, 95, 10);
        alarm.Should().Match<CapacityAlarm>(a => a.IsRaised && !a.Acts, "it is news once");
        alarm = Judge(alarm, 85, 20);
        alarm.Should().Match<CapacityAlarm>(a => a.IsRaised && a.WellSince == null, "between low and high it stays what it was");
        alarm = Judge(alarm, 70, 30);
        alarm = Judge(alarm, 70, 329);
        alarm.IsRaised.Should().BeTrue();
        Judge(alarm, 70, 330).Should().Match<CapacityAlarm>(a => !a.IsRaised && !a.Acts && a.Sentence.Contains("has room again"));
        Judge(Judge(alarm, 85, 329.5), 70, 330).IsRaised.Should().BeTrue("the time starts anew");
    }

    [Fact]
    public void Actions_AreAtLeastTheClearingTimeApart() => Gen.Select(Gen.Int[1, 200], Gen.Int[40, 120], Gen.Int[0, 2]).Array[1, 60].Sample(readings =>
    {
        CapacityAlarm? alarm = null;
        var (now, acted) = (Start, (DateTimeOffset?)null);
        foreach (var (after, percent, pending) in readings)
        {
            now = now.AddSeconds(after);
            alarm = CapacityTrigger.Judge(Signs(pending, pending == 0 ? null : now.AddSeconds(-after), percent), Defaults, alarm, now);
            if (alarm.Acts)
            {
                alarm.IsRaised.Should().BeTrue();
                (acted is null || now - acted >= Defaults.ClearAfter).Should().BeTrue();
                acted = now;
            }
        }
    });

    private static CapacityAlarm Judge(CapacityAlarm? before, int percent, double seconds) => CapacityTrigger.Judge(Signs(0, null, percent), Defaults, before, Start.AddSeconds(seconds));

    private static CapacitySigns Signs(int pending, DateTimeOffset? since, int percent) =>
        new("c", pending, since, [new ResourceShare("memory", 10, 100), new ResourceShare("cpu", percent, 100)]);
}
