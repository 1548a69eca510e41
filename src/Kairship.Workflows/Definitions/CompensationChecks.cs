using System.Text.Json.Nodes;

namespace Kairship.Workflows.Definitions;

/// <summary>Finds the activities that are compensations of others: they are not part of the normal flow.</summary>
internal static class CompensationChecks
{
    /// <summary>Ids that any activity names as its compensation.</summary>
    public static HashSet<string> Named(JsonObject root)
    {
        var named = new HashSet<string>();
        var open = new Stack<JsonObject>([root]);
        while (open.TryPop(out var activity))
        {
            if (ActivityPolicyBinding.NamedCompensation(activity) is { } id)
            {
                named.Add(id);
            }

            foreach (var (_, child) in DefinitionJson.Children(activity))
            {
                open.Push(child);
            }
        }

        return named;
    }

    /// <summary>When all activities are known: each compensation is there, beside what it undoes, and has none itself.</summary>
    public static void Run(Compilation run)
    {
        var byId = run.Nodes.OfType<ActivityNode>().ToDictionary(n => n.Id);
        foreach (var node in byId.Values.Where(n => n.Policy.Compensation is not null))
        {
            var problem = !byId.TryGetValue(node.Policy.Compensation!, out var compensation) ? "does not exist"
                : compensation == node ? "is the activity itself"
                : !ReferenceEquals(compensation.Parent, node.Parent) ? "is in another container: it belongs beside the activity that it undoes"
                : compensation.Policy.Compensation is not null ? "has a compensation itself"
                : null;
            if (problem is not null)
            {
                run.Error(node.Id, "customProperties.kairship:compensation", ProblemCode.Policy, $"The compensation '{node.Policy.Compensation}' of '{node.Id}' {problem}.");
            }
        }
    }
}
