using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>Definitions: listing, showing, importing.</summary>
internal sealed class WorkflowService(IWorkflowStore store, BundleImport import)
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
    public async Task<(Answer<ImportedWorkflow> Answer, ImportResult? Result)> ImportAsync(string json, CancellationToken cancellationToken)
    {
        var outcome = (await import.ManyAsync([new BundleEntry("definition", json)], BundleImport.Always, cancellationToken))[0].Result;
        var problems = outcome.Problems.Select(WorkflowInfos.Of).ToList();
        return outcome.Definition is { } definition
            ? (new ImportedWorkflow(WorkflowInfos.Of(definition), outcome.Changed, problems), outcome)
            : (Refusal.Unprocessable("The workflow cannot be published: each problem names the activity and the property.", problems), null);
    }

    /// <summary>Imports and publishes what a bundle holds.</summary>
    public async Task<(Refusal? Refusal, IReadOnlyList<BundleOutcome> Outcomes)> ImportBundleAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var bundle = DefinitionBundle.Read(bytes);
        return bundle.Problem is { } problem ? (Refusal.Unprocessable(problem), []) : (null, await import.ManyAsync(bundle.Entries, BundleImport.Always, cancellationToken));
    }
}
