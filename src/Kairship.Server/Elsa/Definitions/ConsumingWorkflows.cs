using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Workflows that use another one as an activity. Each is bound to one version of it; here they are found, and taken to the version that is published now.</summary>
internal sealed class ConsumingWorkflows(IWorkflowStore store, DefinitionCatalog catalog)
{
    private const int Page = 200;
    private const string DefinitionIdOfUse = "workflowDefinitionId";
    private const string VersionIdOfUse = "workflowDefinitionVersionId";

    /// <summary>The latest versions that use it, by definition id.</summary>
    public async Task<IReadOnlyList<DefinitionRecord>> FindAsync(string definitionId, CancellationToken cancellationToken)
    {
        var found = new List<DefinitionRecord>();
        for (var skip = 0; ; skip += Page)
        {
            var page = await store.ListDefinitionsAsync(new DefinitionFilter(Latest: true), new PageRequest(skip, Page), cancellationToken);
            found.AddRange(page.Items.Where(d => d.DefinitionId != definitionId && d.Json.Contains(definitionId, StringComparison.Ordinal) && Uses(d, definitionId)));
            if (page.Items.Count < Page)
            {
                return [.. found.OrderBy(d => d.DefinitionId, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The versions themselves and what uses them, and what uses that: an export that can be imported elsewhere.</summary>
    public async Task<IReadOnlyList<DefinitionRecord>> WithConsumersAsync(IReadOnlyList<DefinitionRecord> versions, CancellationToken cancellationToken)
    {
        var all = versions.ToList();
        var seen = versions.Select(v => v.DefinitionId).ToHashSet(StringComparer.Ordinal);
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var definitionId) && all.Count < DefinitionBundle.MaxDefinitions)
        {
            foreach (var consumer in (await FindAsync(definitionId, cancellationToken)).Where(c => seen.Add(c.DefinitionId)))
            {
                all.Add(consumer);
                open.Enqueue(consumer.DefinitionId);
            }
        }

        return [.. all.Take(DefinitionBundle.MaxDefinitions)];
    }

    /// <summary>Takes what uses a definition to its published version: a draft is changed, after a published version comes a new one, published as well. What cannot be published then is
    /// left as it is.</summary>
    public async Task<IReadOnlyList<DefinitionResult>> UpdateAsync(string definitionId, CancellationToken cancellationToken)
    {
        if (await catalog.FindPublishedAsync(definitionId, cancellationToken) is not { } published)
        {
            return [];
        }

        var changed = new List<DefinitionResult>();
        foreach (var consumer in await FindAsync(definitionId, cancellationToken))
        {
            if (Updated(consumer, published) is { } json)
            {
                var result = await catalog.SaveDraftAsync(new SaveDraft { Json = json, Expected = consumer.ContentHash, Publish = consumer.IsPublished }, cancellationToken);
                if (result.Outcome == DefinitionOutcome.Done)
                {
                    changed.Add(result);
                }
            }
        }

        return changed;
    }

    /// <summary>As <see cref="UpdateAsync"/>, when the published version says that what uses it follows by itself.</summary>
    public async Task<IReadOnlyList<DefinitionResult>> FollowAsync(DefinitionRecord published, CancellationToken cancellationToken) =>
        (WorkflowDefinition.Parse(published.Json).ToJsonObject()["options"] as JsonObject)?["autoUpdateConsumingWorkflows"] is JsonValue value && value.TryGetValue<bool>(out var follow) && follow
            ? await UpdateAsync(published.DefinitionId, cancellationToken)
            : [];

    private static bool Uses(DefinitionRecord version, string definitionId) =>
        WorkflowDefinition.Parse(version.Json).ToJsonObject() is var json && ActivityTree.Of(json).Any(a => IsUseOf(a.Activity, definitionId));

    /// <summary>Null when it uses that version already.</summary>
    private static string? Updated(DefinitionRecord consumer, DefinitionRecord published)
    {
        var json = WorkflowDefinition.Parse(consumer.Json).ToJsonObject();
        var changed = false;
        foreach (var (activity, _, _) in ActivityTree.Of(json).ToList())
        {
            if (IsUseOf(activity, published.DefinitionId) && Text(activity[VersionIdOfUse]) != published.VersionId)
            {
                activity["version"] = published.Version;
                activity[VersionIdOfUse] = published.VersionId;
                activity["latestAvailablePublishedVersion"] = published.Version;
                activity["latestAvailablePublishedVersionId"] = published.VersionId;
                changed = true;
            }
        }

        return changed ? json.ToJsonString(ElsaJson.Options) : null;
    }

    private static bool IsUseOf(JsonObject activity, string definitionId) => Text(activity[DefinitionIdOfUse]) == definitionId;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
