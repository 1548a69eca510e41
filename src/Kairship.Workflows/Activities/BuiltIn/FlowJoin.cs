namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Merges branches. The waiting is the flowchart's: when this runs, the join has fired.</summary>
internal sealed class FlowJoin : ControlActivity
{
    public const string TypeName = "Elsa.FlowJoin";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create(TypeName, "Branching", "Explicitly merge multiple branches into a single branch of execution.")
        .WithInput(new InputDescriptor("Mode", "FlowJoinMode",
            "WaitAny continues as soon as one inbound path comes in and cancels the others, WaitAll once all inbound paths have executed, WaitAllActive once all activated inbound paths have.",
            "dropdown", DefaultValue: "WaitAny", Options: ["WaitAll", "WaitAllActive", "WaitAny"])) with { DisplayName = "Join" };

    public override void Execute(ControlContext context) => context.Complete();
}
