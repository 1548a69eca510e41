namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Ends the workflow at once.</summary>
internal sealed class Finish : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } =
        ActivityDescriptor.Create("Elsa.Finish", "Primitives", "Mark the workflow as finished.") with { IsTerminal = true };

    public override void Execute(ControlContext context) => context.FinishWorkflow();
}
