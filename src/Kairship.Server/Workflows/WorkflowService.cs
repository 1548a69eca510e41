using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>Definitions: listing, showing, importing.</summary>
internal sealed class WorkflowService(IWorkflowStore store, DefinitionCatalog catalog)
{
    public async Task<PageOf<WorkflowInfo>> ListAsync(Paging paging, CancellationToken cancellationToken)
    {
        var page = await store.ListDefinitionsAsync(new DefinitionFilter(Latest: true), new PageRequest(paging.Skip, paging.Take), cancellationToken);
        return new PageOf<WorkflowInfo>([.. page.Items.Select(WorkflowInfos.Of)], page.Total);
    }

    /// <summary>The definition's JSON.</summary>
    public async Task<Answer<string>> GetAsync(string definitionId, int? version, CancellationToken cancellationToken)
    {
        var option = version is { } number ? VersionOption.Exactly(number) : VersionOption.LatestOnly;
        return await store.FindDefinitionAsync(definitionId, option, cancellationToken) is { } record
            ? DefinitionBundle.WriteOne(record)
            : Refusal.NotFound(version is null ? $"There is no workflow '{definitionId}'." : $"There is no version {version} of workflow '{definitionId}'.");
    }

    /// <summary>Imports and publishes.</summary>
    public async Task<Answer<ImportedWorkflow>> ImportAsync(string json, CancellationToken cancellationToken)
    {
        var result = await catalog.ImportAsync(json, publish: true, ImportSource.Caller, cancellationToken);
        var problems = result.Problems.Select(WorkflowInfos.Of).ToList();
        return result.Definition is { } definition
            ? new ImportedWorkflow(WorkflowInfos.Of(definition), result.Changed, problems)
            : Refusal.Unprocessable("The workflow cannot be published: each problem names the activity and the property.", problems);
    }

    /// <summary>Imports and publishes what a bundle holds. A definition may use another one of the same bundle, whatever their order: what was refused is tried again while anything moves.</summary>
    public async Task<Answer<PageOf<ImportedEntry>>> ImportBundleAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var bundle = DefinitionBundle.Read(bytes);
        if (bundle.Problem is { } problem)
        {
            return Refusal.Unprocessable(problem);
        }

        var outcomes = new ImportedEntry?[bundle.Entries.Count];
        for (var moved = true; moved;)
        {
            moved = false;
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i]?.Workflow is null)
                {
                    outcomes[i] = await ImportEntryAsync(bundle.Entries[i], cancellationToken);
                    moved |= outcomes[i]!.Workflow is not null;
                }
            }
        }

        return new PageOf<ImportedEntry>(outcomes!, outcomes.Length);
    }

    private async Task<ImportedEntry> ImportEntryAsync(BundleEntry entry, CancellationToken cancellationToken)
    {
        var result = await catalog.ImportAsync(entry.Json, publish: true, ImportSource.Caller, cancellationToken);
        return new ImportedEntry(entry.Name, result.Definition is { } definition ? WorkflowInfos.Of(definition) : null, result.Changed, [.. result.Problems.Select(WorkflowInfos.Of)]);
    }
}
