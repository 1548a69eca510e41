namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Sets the correlation id of the instance.</summary>
internal sealed class Correlate : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Correlate", "Primitives", "Set the CorrelationId of the workflow to a given value.")
        .WithInput(new InputDescriptor("CorrelationId", "String", "An expression that evaluates to the value to store as the correlation id", DisplayName: "Correlation Id"));

    public override void Execute(ControlContext context)
    {
        context.SetCorrelationId(InputValues.Text(context.EvaluateInput("CorrelationId")));
        context.Complete();
    }
}
