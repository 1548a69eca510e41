using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Leaves by the labels of the cases that match (the first, or all with MatchAny), or by Default.</summary>
internal sealed class FlowSwitch : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.FlowSwitch", "Branching", "Evaluate a set of case conditions and schedule the activity for a matching case.")
        .WithInput(new InputDescriptor("Cases", "Object", UIHint: "flow-switch-editor", IsWrapped: false))
        .WithInput(SwitchCases.Mode)
        .WithOutcomes("Default") with { DisplayName = "Switch (flow)" };

    public override void Execute(ControlContext context)
    {
        var matching = SwitchCases.Matching(context);
        context.Complete(matching.Count == 0 ? ["Default"] : [.. matching.Select(c => c.Label)]);
    }
}

/// <summary>The cases of the two switches.</summary>
internal static class SwitchCases
{
    public static InputDescriptor Mode { get; } = new(
        "Mode", "String", "The switch mode determines whether the first match should be scheduled, or all matches.", "dropdown",
        Options: ["MatchFirst", "MatchAny"]);

    public static IReadOnlyList<SwitchCase> Matching(ControlContext context)
    {
        var scope = context.Scope;
        var matching = context.Node.Cases.Where(c => InputValues.Flag(c.Condition.Evaluate(scope)));
        return "MatchAny".Equals(InputValues.Text(context.EvaluateInput("Mode")), StringComparison.OrdinalIgnoreCase) ? [.. matching] : [.. matching.Take(1)];
    }
}
