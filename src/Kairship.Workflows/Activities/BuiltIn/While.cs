namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Its body as long as the condition holds.</summary>
internal sealed class While : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.While", "Looping", "Execute an activity while a given condition evaluates to true.")
        .WithInput(new InputDescriptor("Condition", "Boolean", IsRequired: true))
        .WithEmbedded("Body");

    public override bool IsLoop => true;

    public override void Execute(ControlContext context)
    {
        if (InputValues.Flag(context.EvaluateInput("Condition")) && context.Node.Child("Body") is [var body, ..])
        {
            context.Schedule(body);
        }
        else
        {
            context.Complete();
        }
    }

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => Execute(context);
}
