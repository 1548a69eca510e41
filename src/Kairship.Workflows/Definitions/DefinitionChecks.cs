using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;

namespace Kairship.Workflows.Definitions;

/// <summary>What can only be said of the whole definition.</summary>
internal static class DefinitionChecks
{
    public static void Run(Compilation run)
    {
        foreach (var node in run.Nodes.OfType<ActivityNode>().Where(n => n.Activity is Break))
        {
            if (!Ancestors(node).Any(a => a.Activity is ControlActivity { IsLoop: true }))
            {
                run.Error(node.Id, null, ProblemCode.BreakOutsideLoop, $"'{node.Id}' breaks out of nothing: a Break is inside a ForEach, ParallelForEach, For or While.");
            }
        }
    }

    private static IEnumerable<ActivityNode> Ancestors(ActivityNode node)
    {
        for (var at = node.Parent; at is not null; at = at.Parent)
        {
            yield return at;
        }
    }
}
