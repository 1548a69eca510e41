using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts the workflow at multiples of an interval since it was published; inside a workflow it waits for the interval.</summary>
internal sealed class Timer : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Timer", "Scheduling", "Trigger workflow execution at a specific interval.")
        .WithInput(new InputDescriptor("Interval", "TimeSpan", "The interval at which the timer should execute.", DefaultValue: "00:01:00")) with { Kind = ActivityKind.Trigger };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope)
    {
        var interval = Interval(node.Evaluate("Interval", scope));
        return interval >= IntervalSchedule.Shortest
            ? [Schedule.Stimulus("interval", interval.ToString("c", CultureInfo.InvariantCulture))]
            : throw new ExpressionException($"Input 'interval' is {interval:c}: at least {IntervalSchedule.Shortest:c} is expected.");
    }

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is not null)
        {
            context.Complete();
            return;
        }

        var interval = Interval(context.EvaluateInput("Interval"));
        if (interval > TimeSpan.Zero)
        {
            context.Wait([], interval);
        }
        else
        {
            context.Complete();
        }
    }

    private static TimeSpan Interval(JsonNode? value) => TimeSpan.TryParse(InputValues.Text(value), CultureInfo.InvariantCulture, out var interval)
        ? interval
        : throw new ExpressionException($"Input 'interval' is '{InputValues.Text(value)}': a time span such as 00:05:00 is expected.");
}
