namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Assigns an output of the workflow.</summary>
internal sealed class SetOutput : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.SetOutput", "Composition", "Assigns a given value to the workflow's output.")
        .WithInput(new InputDescriptor("OutputName", "String", "The output to assign.", "output-picker", IsRequired: true, DisplayName: "Output"))
        .WithInput(new InputDescriptor("OutputValue", "Object", "The value to assign.", DisplayName: "Output Value", Order: 1)) with { DisplayName = "Set Output" };

    public override void Execute(ControlContext context)
    {
        if (InputValues.Text(context.EvaluateInput("OutputName")) is { Length: > 0 } name)
        {
            context.SetWorkflowOutput(name, context.EvaluateInput("OutputValue"));
            context.Complete();
        }
        else
        {
            context.Fault("Input", "Input 'OutputName' is empty: choose an output of the workflow.");
        }
    }
}
