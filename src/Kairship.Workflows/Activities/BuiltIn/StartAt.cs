using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Starts the workflow at a time; inside a workflow it waits until then, and a time in the past has come already.</summary>
internal sealed class StartAt : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.StartAt", "Scheduling", "Trigger execution at a specific time in the future.")
        .WithInput(new InputDescriptor("DateTime", "DateTimeOffset", DisplayName: "Date Time")) with { Kind = ActivityKind.Trigger, DisplayName = "Start at" };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope) =>
        [Schedule.Stimulus("at", Instant(node.Evaluate("DateTime", scope)).ToUniversalTime().ToString("O", CultureInfo.InvariantCulture))];

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is null && Instant(context.EvaluateInput("DateTime")) is var at && at > context.Now)
        {
            context.Wait([], at - context.Now);
        }
        else
        {
            context.Complete();
        }
    }

    private static DateTimeOffset Instant(JsonNode? value) =>
        DateTimeOffset.TryParse(InputValues.Text(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw new ExpressionException($"Input 'dateTime' is '{InputValues.Text(value)}': a time such as 2026-01-31T08:00:00+00:00 is expected.");
}
