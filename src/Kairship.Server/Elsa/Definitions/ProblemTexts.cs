using Kairship.Workflows.Definitions;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Something wrong at a node, as a save is answered.</summary>
internal sealed record ValidationError(string Message, string? ActivityId);

/// <summary>What the publish-time validator says, for people who see a canvas: each text begins with the activity as its node is labelled.</summary>
internal static class ProblemTexts
{
    public static IReadOnlyList<ValidationError> Errors(IReadOnlyList<DefinitionProblem> problems, WorkflowDefinition document)
    {
        var errors = problems.Where(p => p.IsError).ToList();
        if (errors.Count == 0)
        {
            return [];
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var activity in ActivityTree.Of(document.ToJsonObject()))
        {
            labels.TryAdd(activity.Id, activity.Label);
        }

        return [.. errors.Select(p => new ValidationError(Text(p, labels), p.ActivityId))];
    }

    private static string Text(DefinitionProblem problem, Dictionary<string, string> labels)
    {
        var node = problem.ActivityId is not { } id ? null : labels.TryGetValue(id, out var label) && label != id ? $"{label} ({id})" : id;
        return (node, problem.Property) switch
        {
            (null, null) => problem.Message,
            (null, { } property) => $"{property}: {problem.Message}",
            (_, null) => $"{node}: {problem.Message}",
            (_, { } property) => $"{node}, {property}: {problem.Message}",
        };
    }
}
