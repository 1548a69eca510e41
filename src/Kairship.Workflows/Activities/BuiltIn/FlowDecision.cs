namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Leaves by True or False.</summary>
internal sealed class FlowDecision : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.FlowDecision", "Branching", "Evaluate a Boolean condition to determine which path to execute next.")
        .WithInput(new InputDescriptor("Condition", "Boolean", IsRequired: true))
        .WithOutcomes("True", "False") with { DisplayName = "Decision" };

    public override void Execute(ControlContext context) => context.Complete(InputValues.Flag(context.EvaluateInput("Condition")) ? "True" : "False");
}
