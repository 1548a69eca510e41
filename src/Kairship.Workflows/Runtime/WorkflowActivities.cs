using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>
/// Workflows that are used as activities. A consumer refers to one version by its id, written into the activity when the consumer is saved, so that what it compiles to depends on
/// nothing but stored versions, which do not change: not on which node compiles it, nor when.
/// </summary>
internal sealed class WorkflowActivities(IWorkflowStore store, DefinitionCompiler compiler)
{
    private const int Page = 200;
    private const string DefinitionId = "workflowDefinitionId";
    private const string VersionId = "workflowDefinitionVersionId";

    /// <summary>Descriptors of all published workflows that are usable as activities, by type name.</summary>
    public async Task<IReadOnlyList<ActivityDescriptor>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<ActivityDescriptor>();
        for (var skip = 0; ; skip += Page)
        {
            // The documents are read only of versions that were not seen before.
            var page = await store.ListDefinitionsAsync(new DefinitionFilter(Published: true) { WithoutJson = true }, new PageRequest(skip, Page), cancellationToken);
            foreach (var record in page.Items)
            {
                if (await LoadAsync(record.VersionId, cancellationToken) is { } activity)
                {
                    found.Add(activity.Descriptor);
                }
            }

            if (page.Items.Count < Page)
            {
                return [.. found.OrderBy(d => d.TypeName, StringComparer.Ordinal).ThenBy(d => d.Workflow!.DefinitionId, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Makes the versions known that a document refers to.</summary>
    public async Task LoadAsync(WorkflowDefinition document, CancellationToken cancellationToken)
    {
        foreach (var activity in References(document.Json))
        {
            if (DefinitionJson.Text(activity[VersionId]) is { Length: > 0 } version)
            {
                await LoadAsync(version, cancellationToken);
            }
        }
    }

    /// <summary>The document with the version of each workflow that it uses written in: the one it names, or else the published one, of the definition it names or of that type name.</summary>
    public async Task<WorkflowDefinition> PinAsync(WorkflowDefinition document, CancellationToken cancellationToken)
    {
        if (!References(document.Json).Any())
        {
            return document;
        }

        var copy = document.ToJsonObject();
        var changed = false;
        foreach (var activity in References(copy).ToList())
        {
            if (DefinitionJson.Text(activity[VersionId]) is { Length: > 0 } version && await LoadAsync(version, cancellationToken) is not null)
            {
                continue;
            }

            if (await FindAsync(activity, cancellationToken) is { } workflow)
            {
                activity["version"] = workflow.Version;
                activity[DefinitionId] = workflow.DefinitionId;
                activity[VersionId] = workflow.VersionId;
                activity["latestAvailablePublishedVersion"] = workflow.Version;
                activity["latestAvailablePublishedVersionId"] = workflow.VersionId;
                changed = true;
            }
        }

        return changed ? WorkflowDefinition.Parse(copy.ToJsonString()) : document;
    }

    private async Task<WorkflowReference?> FindAsync(JsonObject activity, CancellationToken cancellationToken)
    {
        if (DefinitionJson.Text(activity[DefinitionId]) is { Length: > 0 } definitionId)
        {
            return await store.FindDefinitionAsync(definitionId, VersionOption.PublishedOnly, cancellationToken) is { } record
                ? (await LoadAsync(record.VersionId, cancellationToken))?.Descriptor.Workflow
                : null;
        }

        var type = DefinitionJson.Text(activity["type"]);
        return (await ListAsync(cancellationToken)).FirstOrDefault(d => d.TypeName.Equals(type, StringComparison.OrdinalIgnoreCase))?.Workflow;
    }

    private async Task<Activity?> LoadAsync(string versionId, CancellationToken cancellationToken)
    {
        if (compiler.Registry.TryGetWorkflow(versionId, out var known))
        {
            return known;
        }

        // Drafts change: only what is frozen is remembered.
        return await store.GetDefinitionVersionAsync(versionId, cancellationToken) is { } record && !DefinitionChange.IsDraft(record)
            ? compiler.Registry.AddWorkflow(versionId, compiler.AsActivity(record))
            : null;
    }

    /// <summary>Activities that are workflows, or of a type that nobody here knows and that may be one.</summary>
    private IEnumerable<JsonObject> References(JsonObject json)
    {
        var open = new Stack<JsonObject>(json["root"] is JsonObject root ? [root] : []);
        while (open.TryPop(out var activity))
        {
            if (DefinitionJson.Text(activity["type"]) is { Length: > 0 } type && !compiler.Registry.TryGet(type, out _)
                && !(type.Contains('.', StringComparison.Ordinal) && activity[DefinitionId] is null))
            {
                yield return activity;
            }

            foreach (var (_, child) in DefinitionJson.Children(activity))
            {
                open.Push(child);
            }
        }
    }
}
