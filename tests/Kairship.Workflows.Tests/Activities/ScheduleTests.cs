using System.Globalization;
using CsCheck;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;
using Kairship.Workflows.Tests.Definitions;
using Xunit;

namespace Kairship.Workflows.Tests.Activities;

/// <summary>Timer, Cron and StartAt: fire times, and the waits in the middle of a workflow.</summary>
public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Start = At("2026-01-01T00:00:00");

    [Theory]
    [InlineData("0 3 * * *", "2026-01-01T03:00:00")]
    [InlineData("0 3 * * 1-5", "2026-01-01T03:00:00")]
    [InlineData("0 3 * * 1", "2026-01-05T03:00:00")]
    [InlineData("*/10 * * * * *", "2026-01-01T00:00:10")]
    [InlineData("0 0 12 ? * MON", "2026-01-05T12:00:00")]
    [InlineData("@hourly", "2026-01-01T01:00:00")]
    [InlineData("0 0 29 2 *", "2028-02-29T00:00:00")]
    public void Cron_FiveOrSixFieldsOrAMacro_GivesTheNextTimeInUtc(string expression, string expected) =>
        CronSchedule.Parse(expression).Next(Start).Should().Be(At(expected));

    [Theory]
    [InlineData("every day", "not a cron expression")]
    [InlineData("61 * * * *", "not a cron expression")]
    [InlineData("* * *", "not a cron expression")]
    [InlineData("0 0 30 2 *", "never comes")]
    public void Cron_Nonsense_SaysWhatIsExpected(string expression, string expected) =>
        FluentActions.Invoking(() => CronSchedule.Parse(expression)).Should().Throw<ExpressionException>().WithMessage($"*{expected}*");

    /// <summary>Berlin's clocks go from 2:00 to 3:00 on 29 March 2026 and from 3:00 back to 2:00 on 25 October.</summary>
    [Theory]
    [InlineData("0 8 * * *", "2026-03-27T12:00:00", "2026-03-28T07:00:00")]
    [InlineData("0 8 * * *", "2026-03-28T12:00:00", "2026-03-29T06:00:00")]
    [InlineData("30 2 * * *", "2026-03-28T12:00:00", "2026-03-29T01:00:00")]
    [InlineData("30 2 * * *", "2026-10-24T12:00:00", "2026-10-25T00:30:00")]
    [InlineData("30 2 * * *", "2026-10-25T00:30:00", "2026-10-26T01:30:00")]
    [InlineData("*/30 * * * *", "2026-10-25T00:30:00", "2026-10-25T01:00:00")]
    public void Cron_InATimeZone_ComesAtItsTimeOfDay_AlsoWhenTheClocksChange(string expression, string after, string expected)
    {
        var schedule = CronSchedule.Parse(expression, "Europe/Berlin");

        schedule.Next(At(after)).Should().Be(At(expected));
        schedule.Latest(At(after), At(expected)).Should().Be(At(expected));
        schedule.Should().NotBe(CronSchedule.Parse(expression));
    }

    [Theory]
    [InlineData("Nowhere/AtAll")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    public void Cron_InATimeZoneThatIsNone_SaysWhatIsExpected(string zone) =>
        FluentActions.Invoking(() => CronSchedule.Parse("@daily", zone)).Should().Throw<ExpressionException>().WithMessage("*IANA name such as Europe/Berlin*");

    [Fact]
    public async Task Cron_ThatStartsTheWorkflow_KeepsItsTimeZone()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Triggers.Of(Def.Activity("Elsa.Cron", "tick", ("cronExpression", Def.Literal("0 8 * * *")), ("timeZone", Def.Literal("Europe/Berlin")))), Def.Effect("after"))));

        var trigger = (await engine.Store.ListTriggersAsync(Schedule.StimulusName, CancellationToken.None)).Should().ContainSingle().Subject;

        Schedule.Of(trigger)!.Description.Should().Be("cron 0 8 * * * Europe/Berlin");
        Schedule.Of(trigger)!.Next(At("2026-07-01T00:00:00")).Should().Be(At("2026-07-01T06:00:00"));
    }

    [Fact]
    public void Schedules_TheLatestMissed_IsTheLastOfAllThatWereDue()
    {
        var schedules = Gen.OneOf<Schedule>(
            Gen.Int[1, 5000].Select(s => (Schedule)new IntervalSchedule(TimeSpan.FromSeconds(s), Start)),
            Gen.OneOf(new[] { "*/7 * * * *", "0 5 * * *", "*/20 * * * * *", "0 0 1 * *" }.Select(c => Gen.Const(c)).ToArray()).Select(c => (Schedule)CronSchedule.Parse(c)),
            Gen.Int[-100, 20000].Select(s => (Schedule)new OnceSchedule(Start.AddSeconds(s))));
        Gen.Select(schedules, Gen.Int[0, 10000], Gen.Int[0, 10000]).Sample((schedule, from, length) =>
        {
            var (after, upTo) = (Start.AddSeconds(from), Start.AddSeconds(from + length));
            DateTimeOffset? last = null;
            for (var at = schedule.Next(after); at <= upTo; at = schedule.Next(at.Value))
            {
                last = at;
            }

            return schedule.Latest(after, upTo) == last;
        });
    }

    [Fact]
    public void Cron_LatestOfManyYears_IsFoundWithoutGoingThroughThemAll()
    {
        CronSchedule.Parse("* * * * * *").Latest(DateTimeOffset.UnixEpoch, Start).Should().Be(Start);
        CronSchedule.Parse("0 0 29 2 *").Latest(DateTimeOffset.UnixEpoch, Start).Should().Be(At("2024-02-29T00:00:00"));
        CronSchedule.Parse("0 0 29 2 *").Latest(At("2024-03-01T00:00:00"), Start).Should().BeNull();
        CronSchedule.Parse("* * * * *").Latest(Start + TimeSpan.FromSeconds(1), Start).Should().BeNull("the node that published it may be ahead");
    }

    [Theory]
    [InlineData("Elsa.Timer", "interval", "00:05:00", 300)]
    [InlineData("Elsa.Timer", "interval", "00:00:00", 0)]
    [InlineData("Elsa.Cron", "cronExpression", "0 3 * * *", 10800)]
    [InlineData("Elsa.StartAt", "dateTime", "2026-01-01T01:00:00Z", 3600)]
    [InlineData("Elsa.StartAt", "dateTime", "2025-01-01T01:00:00Z", 0)]
    public async Task Activity_InTheMiddle_WaitsUntilItsTime(string type, string input, string value, int seconds)
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Activity(type, "wait", (input, Def.Literal(value))), Def.Effect("after"))));

        var id = await engine.StartAsync("w");
        await engine.RunDueAsync();
        (await engine.Store.NextDueAsync(CancellationToken.None)).Should().Be(seconds == 0 ? null : Start.AddSeconds(seconds));
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Time.GetUtcNow().Should().Be(Start.AddSeconds(seconds));
    }

    [Theory]
    [InlineData("Elsa.Timer", "interval", "00:05:00", "every 00:05:00")]
    [InlineData("Elsa.Cron", "cronExpression", "0 3 * * *", "cron 0 3 * * *")]
    [InlineData("Elsa.StartAt", "dateTime", "2026-01-01T03:00:00+02:00", "once at 2026-01-01T01:00:00.0000000Z")]
    public async Task Activity_ThatStartsTheWorkflow_IsStoredAsItsSchedule(string type, string input, string value, string expected)
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Triggers.Of(Def.Activity(type, "tick", (input, Def.Literal(value)))), Def.Effect("after"))));

        var trigger = (await engine.Store.ListTriggersAsync(Schedule.StimulusName, CancellationToken.None)).Should().ContainSingle().Subject;

        Schedule.Of(trigger)!.Description.Should().Be(expected);
    }

    [Theory]
    [InlineData("Elsa.Cron", "cronExpression", "whenever")]
    [InlineData("Elsa.Timer", "interval", "00:00:00.5")]
    [InlineData("Elsa.StartAt", "dateTime", null)]
    public void Activity_ThatStartsTheWorkflow_WithoutAnUsableTime_IsRefused(string type, string input, string? value)
    {
        var engine = new WorkflowHarness();
        var json = Def.Workflow("w", Def.Sequence("root", Triggers.Of(Def.Activity(type, "tick", (input, value is null ? null : Def.Literal(value))))));

        engine.Compiler.Compile(WorkflowDefinition.Parse(json), "v", 1).Problems.Should().Contain(p => p.Code == ProblemCode.Trigger && p.ActivityId == "tick" && p.IsError);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    [Fact]
    public void Cron_OnANodeWhoseClockIsBehind_OwesNothing() => CronSchedule.Parse("* * * * *").Latest(Start.AddHours(1), Start).Should().BeNull();
}
