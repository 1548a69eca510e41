namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Writes a line into the journal of the instance: no effect outside, so it needs no commit of its own.</summary>
internal sealed class WriteLine : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.WriteLine", "Console", "Write a line of text to the journal of the instance.")
        .WithInput(new InputDescriptor("Text", "String", "The text to write.")) with { DisplayName = "Write Line" };

    public override void Execute(ControlContext context)
    {
        context.Note(InputValues.Text(context.EvaluateInput("Text")) ?? "");
        context.Complete();
    }
}
