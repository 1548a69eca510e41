using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Completes the workflow with outcomes.</summary>
internal sealed class Complete : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Complete", "Composition", "Signals the current composite activity to complete itself as a whole.")
        .WithInput(new InputDescriptor("Outcomes", "Object", "The outcome or set of outcomes to complete this activity with.", "outcome-picker")) with { IsTerminal = true };

    public override void Execute(ControlContext context)
    {
        var outcomes = context.EvaluateInput("Outcomes");
        var text = outcomes is JsonArray ? null : InputValues.Text(outcomes);
        context.FinishWorkflow(text is null || text.StartsWith('[') ? InputValues.Texts(outcomes) : [text]);
    }
}
