namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Where a flowchart starts.</summary>
internal sealed class Start : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } =
        ActivityDescriptor.Create("Elsa.Start", "Flow", "A milestone activity that marks the start of a flowchart.") with { IsStart = true };

    public override void Execute(ControlContext context) => context.Complete();
}

/// <summary>Ends the flowchart or sequence that it is in; branches that still run there are cancelled.</summary>
internal sealed class End : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } =
        ActivityDescriptor.Create("Elsa.End", "Flow", "A milestone activity that marks the end of a flowchart.") with { IsTerminal = true };

    public override void Execute(ControlContext context) => context.Complete();
}
