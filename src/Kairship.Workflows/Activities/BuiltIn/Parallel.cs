namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>All of its activities at the same time; completes when all have.</summary>
internal sealed class Parallel : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } =
        ActivityDescriptor.Create("Elsa.Parallel", "Workflows", "Execute a set of activities in parallel.").WithContained("Activities") with { IsContainer = true, IsBrowsable = false };

    public override void Execute(ControlContext context) => Branches.StartAll(context, context.Node.Child("Activities"));

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => Branches.EndOne(context, firstWins: false);
}

/// <summary>Children that run at the same time.</summary>
internal static class Branches
{
    public static void StartAll(ControlContext context, IReadOnlyList<Definitions.ActivityNode> children)
    {
        foreach (var child in children)
        {
            context.Schedule(child);
        }

        if (children.Count == 0)
        {
            context.Complete();
        }
    }

    /// <summary>Completes when no child is left, or at once when the first one wins (the others are cancelled).</summary>
    public static void EndOne(ControlContext context, bool firstWins)
    {
        if (firstWins || context.ActiveChildren == 0)
        {
            context.CancelChildren();
            context.Complete();
        }
    }
}
