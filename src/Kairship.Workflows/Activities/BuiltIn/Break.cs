namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Ends the innermost loop around it.</summary>
internal sealed class Break : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } =
        ActivityDescriptor.Create("Elsa.Break", "Looping", "Break out of a loop.") with { IsTerminal = true };

    public override void Execute(ControlContext context) => context.BreakLoop();
}
