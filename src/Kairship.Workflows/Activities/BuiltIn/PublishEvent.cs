namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Publishes an event to all instances that wait for it, or to this one alone, when the transition commits.</summary>
internal sealed class PublishEvent : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.PublishEvent", "Primitives", "Publishes an event.")
        .WithInput(new InputDescriptor("EventName", "String", "The name of the event to publish.", IsRequired: true, DisplayName: "Event Name"))
        .WithInput(new InputDescriptor("CorrelationId", "String", "The correlation ID to scope the event to.", DisplayName: "Correlation Id", Order: 1))
        .WithInput(new InputDescriptor("IsLocalEvent", "Boolean",
            "Whether the event is local to the workflow. When checked, the event will be delivered to this workflow instance only.", "checkbox", DisplayName: "Local event", Order: 2))
        .WithInput(new InputDescriptor("Payload", "Object", "The payload to send as the event body.", Order: 3)) with { DisplayName = "Publish Event" };

    public override void Execute(ControlContext context)
    {
        if (InputValues.Text(context.EvaluateInput("EventName")) is not { Length: > 0 } name)
        {
            context.Fault("Input", "Input 'EventName' is empty: name the event to publish.");
            return;
        }

        var stimulus = new Stimulus(EventStimulus.Key(name), context.EvaluateInput("Payload"));
        if (InputValues.Flag(context.EvaluateInput("IsLocalEvent")))
        {
            context.SignalSelf(stimulus);
        }
        else
        {
            context.Publish(stimulus, InputValues.Text(context.EvaluateInput("CorrelationId")) is { Length: > 0 } id ? id : null);
        }

        context.Complete();
    }
}
