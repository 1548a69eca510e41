namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Then or Else.</summary>
internal sealed class If : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.If", "Branching", "Evaluate a Boolean condition to determine which activity to execute next.")
        .WithInput(new InputDescriptor("Condition", "Boolean", IsRequired: true))
        .WithOutput(new OutputDescriptor("Result", "Boolean"))
        .WithEmbedded("Then", "Else");

    public override void Execute(ControlContext context)
    {
        var result = InputValues.Flag(context.EvaluateInput("Condition"));
        context.SetOutput("Result", result);
        Branches.StartAll(context, context.Node.Child(result ? "Then" : "Else"));
    }

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => context.Complete();
}
