using Kairship.Simulator.Controllers;
using Kairship.Simulator.Controllers.CronJobs;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Controllers.CronJobs;

public sealed class CronJobControllerTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void CronJob_OverManyMinutes_KeepsItsHistoryAndNamesEachJobByItsMinute()
    {
        // The lab's clock starts five seconds after a full minute.
        Cron("tick", "");
        _lab.Advance((6 * 60) + 15, step: 5);

        var jobs = _lab.List("jobs");
        jobs.Should().HaveCount(3, "three succeeded ones are kept");
        var last = _lab.Get("cronjobs", "tick")!.Status("lastScheduleTime").Time()!.Value;
        jobs.Select(j => j.NameOf()).Order(StringComparer.Ordinal).Last().Should().Be($"tick-{last.ToUnixTimeSeconds() / 60}");
        _lab.Get("cronjobs", "tick")!.Status("active").Should().BeNull();
        _lab.Get("cronjobs", "tick")!.Status("lastSuccessfulTime").Time().Should().BeAfter(last);
        _lab.List("pods").Should().HaveCount(3, "the pods of the others went with their jobs");
    }

    [Theory]
    [InlineData("Allow", 3)]
    [InlineData("Forbid", 1)]
    [InlineData("Replace", 1)]
    public void CronJob_WhoseJobsTakeLong_FollowsItsConcurrencyPolicy(string policy, int active)
    {
        Cron("tick", $"\"concurrencyPolicy\":\"{policy}\",", readyAfter: 1000);
        _lab.Advance((3 * 60) + 1, step: 5);

        _lab.List("jobs").Should().HaveCount(active);
        _lab.Get("cronjobs", "tick")!.Status("active").Items().Should().HaveCount(active);
        var first = _lab.List("jobs")[0].NameOf();
        var minute = _lab.Clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        first.Should().Be($"tick-{(policy == "Replace" ? minute : minute - 2)}");
    }

    [Fact]
    public void CronJob_ResumedAfterALongTime_CatchesUpOnceUnlessItsDeadlineHasPassed()
    {
        Cron("late", "\"suspend\":true,", schedule: "0 * * * *");
        Cron("missed", "\"suspend\":true,\"startingDeadlineSeconds\":60,", schedule: "0 * * * *");
        _lab.Advance(3 * 3600 + 600, step: 300);
        foreach (var name in (string[])["late", "missed"])
        {
            _lab.Edit("cronjobs", name, c => c["spec"]!["suspend"] = false);
        }

        _lab.Settle();

        _lab.List("jobs").Should().ContainSingle(j => j.NameOf().StartsWith("late-", StringComparison.Ordinal), "only the newest of the missed times counts");
        _lab.Get("cronjobs", "late")!.Status("lastScheduleTime").Time()!.Value.Minute.Should().Be(0);
    }

    [Fact]
    public void CronJob_WithAScheduleThatCannotBeRead_SaysSoAndWaits()
    {
        Cron("bad", "", schedule: "at noon");
        _lab.Settle();

        _lab.List("events").Should().ContainSingle(e => JsonTree.Text(e["message"]) == "unparseable schedule: \"at noon\"");
        _lab.List("jobs").Should().BeEmpty();
    }

    [Fact]
    public void Schedule_MissedTooOften_FindsTheNewestTimeAll()
    {
        var (schedule, _) = CronSchedule.Parse("*/5 * * * *", "Europe/Berlin");
        var now = new DateTimeOffset(2026, 3, 1, 12, 2, 0, TimeSpan.Zero);

        schedule!.Missed(now.AddDays(-30), now).Should().Be((new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), true));
        schedule.Missed(now.AddMinutes(-1), now).Should().Be((null, false));
        CronSchedule.Parse("* * * * *", "Nowhere/AtAll").Error.Should().Contain("unknown time zone Nowhere/AtAll");
    }

    private void Cron(string name, string spec, double readyAfter = 1, string schedule = "* * * * *") => _lab.Json("cronjobs", $$"""
        {"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{ {{spec}}"schedule":"{{schedule}}","jobTemplate":{"spec":{"template":{"metadata":{"annotations":{"fake/ready-after":"{{readyAfter}}"} },
          "spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"work:1"}]} } } } } }
        """);
}
