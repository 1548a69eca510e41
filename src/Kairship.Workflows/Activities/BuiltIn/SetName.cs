namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Names the instance.</summary>
internal sealed class SetName : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.SetName", "Primitives", "Set the name of the workflow instance to a specified value.")
        .WithInput(new InputDescriptor("Value", "String")) with { DisplayName = "Set Name" };

    public override void Execute(ControlContext context)
    {
        context.SetInstanceName(InputValues.Text(context.EvaluateInput("Value")));
        context.Complete();
    }
}
