using System.Text.Json.Nodes;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts the workflow by a cron expression (in UTC, or the time zone that it names); inside a workflow it waits for the next time.</summary>
internal sealed class Cron : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Cron", "Scheduling", "Trigger workflow execution at a specific interval using a CRON expression.")
        .WithInput(new InputDescriptor("CronExpression", "String", "The CRON expression at which the timer should execute.", DisplayName: "Cron Expression"))
        .WithInput(new InputDescriptor("TimeZone", "String", "The time zone that it counts in, such as Europe/Berlin. Empty means UTC.", DisplayName: "Time Zone", Order: 1)) with { Kind = ActivityKind.Trigger };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope) =>
        [Stimulus(Read(node.Evaluate("CronExpression", scope), node.Evaluate("TimeZone", scope)))];

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is not null)
        {
            context.Complete();
        }
        else if (Read(context.EvaluateInput("CronExpression"), context.EvaluateInput("TimeZone")).Next(context.Now) is { } next)
        {
            context.Wait([], next - context.Now);
        }
        else
        {
            context.Fault("Input", "Input 'CronExpression' has no time left in the future.");
        }
    }

    private static TriggerStimulus Stimulus(CronSchedule schedule)
    {
        var utc = Schedule.Stimulus("cron", schedule.Expression);
        return schedule.TimeZone is not { } zone ? utc
            : new TriggerStimulus(utc.Key with { Key = $"{utc.Key.Key} {zone}" }, new JsonObject { ["cron"] = schedule.Expression, ["timeZone"] = zone });
    }

    private static CronSchedule Read(JsonNode? value, JsonNode? zone) => InputValues.Text(value) is { Length: > 0 } text
        ? CronSchedule.Parse(text, InputValues.Text(zone) is { Length: > 0 } name ? name : null)
        : throw new ExpressionException("Input 'cronExpression' is empty: a cron expression such as '0 3 * * 1-5' is expected.");
}
