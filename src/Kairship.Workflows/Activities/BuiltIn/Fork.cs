namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Branches at the same time; WaitAll completes when all have, WaitAny with the first, cancelling the others.</summary>
internal sealed class Fork : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Fork", "Control Flow", "Branch execution into multiple branches.")
        .WithInput(new InputDescriptor("JoinMode", "String", "Controls when this activity yields control back to its parent activity.", "dropdown",
            IsWrapped: false, DisplayName: "Join Mode", Options: ["WaitAll", "WaitAny"]))
        .WithContained("Branches") with { IsBrowsable = false };

    public override void Execute(ControlContext context) => BuiltIn.Branches.StartAll(context, context.Node.Child("Branches"));

    public override void ChildCompleted(ControlContext context, ChildCompletion child) =>
        BuiltIn.Branches.EndOne(context, "WaitAny".Equals(InputValues.Text(context.Node.PlainInputs.GetValueOrDefault("JoinMode")), StringComparison.OrdinalIgnoreCase));
}
