using Kairship.Api.Workflows;
using Kairship.Server.Elsa.Definitions;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>What the check at publishing says of a version that is saved, for whoever draws it: each problem with its place.</summary>
internal sealed class DefinitionProblems(IWorkflowStore store, DefinitionCatalog catalog)
{
    /// <param name="version">Null: the latest.</param>
    public async Task<Answer<WorkflowProblems>> OfAsync(string definitionId, int? version, CancellationToken cancellationToken)
    {
        var option = version is { } number ? VersionOption.Exactly(number) : VersionOption.LatestOnly;
        if (await store.FindDefinitionAsync(definitionId, option, cancellationToken) is not { } record
            || await catalog.CompileAsync(record.VersionId, cancellationToken) is not { } check)
        {
            return Refusal.NotFound(version is null ? $"There is no workflow '{definitionId}'." : $"There is no version {version} of workflow '{definitionId}'.");
        }

        return new WorkflowProblems(record.DefinitionId, record.Version, check.Succeeded, Place(check.Problems, record.Json));
    }

    private static List<PlacedProblem> Place(IReadOnlyList<DefinitionProblem> problems, string json)
    {
        if (problems.Count == 0)
        {
            return [];
        }

        var byId = new Dictionary<string, PlacedActivity>(StringComparer.Ordinal);
        var byNode = new Dictionary<string, PlacedActivity>(StringComparer.Ordinal);
        foreach (var activity in Activities(json))
        {
            byId.TryAdd(activity.Id, activity);
            byNode.TryAdd(activity.NodeId, activity);
        }

        return [.. problems.OrderByDescending(p => p.IsError).Select(p =>
        {
            PlacedActivity? place = p.ActivityId is { } id && byId.TryGetValue(id, out var found) ? found : null;
            return new PlacedProblem(
                p.IsError ? "error" : "warning", p.Code, p.ActivityId, place?.Label, place is { } at ? [.. Holders(at, byNode)] : [], p.Property, p.Message);
        })];
    }

    private static IEnumerable<PlacedActivity> Activities(string json)
    {
        try
        {
            return ActivityTree.Of(WorkflowDefinition.Parse(json).ToJsonObject());
        }
        catch (DefinitionFormatException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Holders(PlacedActivity activity, Dictionary<string, PlacedActivity> byNode)
    {
        // Parents are fewer than activities, whatever the document says of itself.
        for (var left = byNode.Count; left > 0 && activity.ParentNodeId is { } parent && byNode.TryGetValue(parent, out activity); left--)
        {
            yield return activity.Id;
        }
    }
}
