namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Leaves by all of its branches at once.</summary>
internal sealed class FlowFork : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.FlowFork", "Branching", "Branch execution into multiple branches that will be executed in parallel.")
        .WithInput(new InputDescriptor("Branches", "List<String>", "A list of expected outcomes to handle.", "dynamic-outcomes")) with { DisplayName = "Fork (flow)" };

    public override void Execute(ControlContext context) => context.Complete(InputValues.Texts(context.EvaluateInput("Branches")));
}
