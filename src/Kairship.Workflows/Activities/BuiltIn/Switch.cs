using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Runs the activities of the cases that match (the first, or all with MatchAny), or Default.</summary>
internal sealed class Switch : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Switch", "Branching", "Evaluate a set of case conditions and schedule the activity for a matching case.")
        .WithInput(new InputDescriptor("Cases", "Object", UIHint: "switch-editor", IsWrapped: false))
        .WithInput(SwitchCases.Mode)
        .WithOutput(new OutputDescriptor("Output", "Object"))
        .WithEmbedded("Default");

    public override void Execute(ControlContext context)
    {
        var matching = SwitchCases.Matching(context);
        if (matching.Count > 0)
        {
            context.SetOutput("Output", matching[0].Label);
        }

        Branches.StartAll(context, matching.Count == 0 ? context.Node.Child("Default") : [.. matching.Select(c => c.Activity).OfType<ActivityNode>()]);
    }

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => Branches.EndOne(context, firstWins: false);
}
