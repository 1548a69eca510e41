using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingLimitsTests
{
    private static readonly ScalingPolicy Week = new()
    {
        Min = 2, Max = 20,
        Cron =
        [
            new ScalingCron("day", "0 8 * * 1-5", "Europe/Berlin", TargetMin: 10, TargetMax: 40),
            new ScalingCron("night", "0 20 * * *", "Europe/Berlin", TargetMin: 1, TargetMax: 5),
            new ScalingCron("sale", "0 9 4 7 *", "America/New_York", TargetReplicas: 18),
            new ScalingCron("never", "* * * * *", Suspend: true, TargetReplicas: 3),
        ],
    };

    [Theory]
    [InlineData("2026-05-04T05:59:59Z", "night", 1, 5)] // Monday 07:59:59 in Berlin, summer time
    [InlineData("2026-05-04T06:00:00Z", "day", 10, 40)]
    [InlineData("2026-05-04T17:59:59Z", "day", 10, 40)]
    [InlineData("2026-05-04T18:00:00Z", "night", 1, 5)]
    [InlineData("2026-01-05T06:30:00Z", "night", 1, 5)] // winter: 08:00 is 07:00 UTC
    [InlineData("2026-01-05T07:00:00Z", "day", 10, 40)]
    [InlineData("2026-05-09T12:00:00Z", "night", 1, 5)] // a Saturday
    [InlineData("2026-07-04T13:00:00Z", "sale", 2, 20)] // a Saturday, 09:00 in New York
    public void RuleInForce_Table(string now, string rule, int min, int max) =>
        ScalingLimits.Of(Week, DateTimeOffset.Parse(now)).Should().Match<ScalingLimits>(l => l.Rule == rule && l.Min == min && l.Max == max);

    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T00:59:00Z", "2026-03-28T01:30:00Z")] // Berlin skips 02:30 on the 29th: it comes when the gap is over
    [InlineData("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z")] // 02:30 comes twice and counts once
    [InlineData("30 2 * * *", "2026-10-25T02:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("*/30 * * * *", "2026-10-25T01:29:00Z", "2026-10-25T01:00:00Z")] // an interval goes on
    [InlineData("*/30 * * * *", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("0 0 29 2 *", "2026-06-01T00:00:00Z", "2024-02-28T23:00:00Z")]
    [InlineData("15 30 8 * * *", "2026-06-01T06:30:15Z", "2026-06-01T06:30:15Z")] // seconds
    [InlineData("* * * * * *", "2026-06-01T06:30:15.5Z", "2026-06-01T06:30:15Z")]
    [InlineData("@monthly", "2026-06-15T00:00:00Z", "2026-05-31T22:00:00Z")]
    public void Latest_AcrossChangesOfTheClocks_Table(string schedule, string now, string expected)
    {
        CronTimes.TryParse(schedule, "Europe/Berlin", out var times, out _).Should().BeTrue();
        times!.Latest(DateTimeOffset.Parse(now)).Should().Be(DateTimeOffset.Parse(expected));
    }

    [Theory]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    public void Next_AcrossChangesOfTheClocks_Table(string now, string expected)
    {
        CronTimes.TryParse("30 2 * * *", "Europe/Berlin", out var times, out _).Should().BeTrue();
        times!.Next(DateTimeOffset.Parse(now)).Should().Be(DateTimeOffset.Parse(expected));
    }

    [Fact]
    public void SameTime_TheLastInTheListIsInForce()
    {
        var policy = new ScalingPolicy { Max = 9, Cron = [new ScalingCron("a", "@daily", TargetReplicas: 3), new ScalingCron("b", "@daily", TargetReplicas: 4)] };
        ScalingLimits.Of(policy, new DateTimeOffset(2026, 5, 4, 1, 0, 0, TimeSpan.Zero)).Target.Should().Be(4);
    }

    [Theory]
    [InlineData(50, null, 50, 50)] // a floor above the policy's max takes it along
    [InlineData(null, 1, 1, 1)]
    [InlineData(3, 4, 3, 4)]
    public void OneBoundOfTwo_Table(int? min, int? max, int expectedMin, int expectedMax)
    {
        var policy = new ScalingPolicy { Min = 2, Max = 20, Cron = [new ScalingCron("a", "@daily", TargetMin: min, TargetMax: max)] };
        ScalingLimits.Of(policy, new DateTimeOffset(2026, 5, 4, 1, 0, 0, TimeSpan.Zero)).Should().Match<ScalingLimits>(l => l.Min == expectedMin && l.Max == expectedMax);
    }

    [Fact]
    public void NextChange_IsTheFirstOfAllRules() =>
        ScalingLimits.NextChange(Week, DateTimeOffset.Parse("2026-05-04T06:00:00Z")).Should().Be(DateTimeOffset.Parse("2026-05-04T18:00:00Z"));
}
