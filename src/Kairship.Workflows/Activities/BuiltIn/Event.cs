using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Waits for an event. As the trigger that started the workflow it does not wait.</summary>
internal sealed class Event : ControlActivity, ITrigger
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Event", "Primitives", "Wait for an event to be published.")
        .WithInput(new InputDescriptor("EventName", "String", "The name of the event to listen for.", IsRequired: true, DisplayName: "Event Name"))
        .WithOutput(new OutputDescriptor("Result", "Object")) with { Kind = ActivityKind.Trigger };

    public IReadOnlyList<TriggerStimulus> Stimuli(ActivityNode node, IExpressionScope scope) =>
        InputValues.Text(node.Evaluate("EventName", scope)) is { Length: > 0 } name
            ? [new TriggerStimulus(EventStimulus.Key(name))]
            : throw new ExpressionException("Input 'eventName' is empty before the workflow runs: name the event.");

    public override void Execute(ControlContext context)
    {
        if (context.TriggeredBy is { } trigger)
        {
            Resumed(context, trigger);
        }
        else if (InputValues.Text(context.EvaluateInput("EventName")) is { Length: > 0 } name)
        {
            context.Wait([EventStimulus.Key(name)], null);
        }
        else
        {
            context.Fault("Input", "Input 'EventName' is empty: name the event to wait for.");
        }
    }

    public override void Resumed(ControlContext context, Stimulus? stimulus)
    {
        context.SetOutput("Result", stimulus?.Payload);
        context.Complete();
    }
}

/// <summary>The stimulus of Elsa.Event and Elsa.PublishEvent.</summary>
public static class EventStimulus
{
    public const string Name = "event";

    public static StimulusKey Key(string eventName) => new(Name, eventName);
}
