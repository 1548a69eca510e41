using System.Text.Json.Nodes;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts the workflow by a cron expression (UTC); inside a workflow it waits for the next time.</summary>
internal sealed class Cron : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Cron", "Scheduling", "Trigger workflow execution at a specific interval using a CRON expression.")
        .WithInput(new InputDescriptor("CronExpression", "String", "The CRON expression at which the timer should execute.", DisplayName: "Cron Expression")) with { Kind = ActivityKind.Trigger };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope) =>
        [Schedule.Stimulus("cron", Read(node.Evaluate("CronExpression", scope)).Expression)];

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is not null)
        {
            context.Complete();
        }
        else if (Read(context.EvaluateInput("CronExpression")).Next(context.Now) is { } next)
        {
            context.Wait([], next - context.Now);
        }
        else
        {
            context.Fault("Input", "Input 'CronExpression' has no time left in the future.");
        }
    }

    private static CronSchedule Read(JsonNode? value) => InputValues.Text(value) is { Length: > 0 } text
        ? CronSchedule.Parse(text)
        : throw new ExpressionException("Input 'cronExpression' is empty: a cron expression such as '0 3 * * 1-5' is expected.");
}
