using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Server.Problems;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

internal sealed class WorkflowLookup(IWorkflowStore store, DefinitionCatalog catalog)
{
    /// <summary>Null when a version of it is published; otherwise the refusal that names those that are.</summary>
    public async Task<Refusal?> MissingAsync(string definitionId, CancellationToken cancellationToken)
    {
        if (await store.FindDefinitionAsync(definitionId, VersionOption.PublishedOnly, cancellationToken) is not null)
        {
            return null;
        }

        var known = await store.ListDefinitionsAsync(new DefinitionFilter(Published: true), new PageRequest(0, 100), cancellationToken);
        var names = known.Items.Count == 0 ? "none is" : string.Join(", ", known.Items.Select(d => d.DefinitionId).Order());
        return Refusal.Unprocessable($"There is no published workflow '{definitionId}'. Published: {names}.");
    }

    /// <summary>Null when the application asks for no approval, or the workflow does ask for it; otherwise the refusal.</summary>
    public async Task<Refusal?> UngatedAsync(Application spec, string definitionId, CancellationToken cancellationToken)
    {
        if (spec.Rollout.Approval is null || await store.FindDefinitionAsync(definitionId, VersionOption.PublishedOnly, cancellationToken) is not { } definition)
        {
            return null;
        }

        var graph = (await catalog.CompileAsync(definition.VersionId, cancellationToken))?.Graph;
        return graph is null || graph.ById.Values.Any(a => a.TypeName == ReleaseSignals.ApprovalGate)
            ? null
            : Refusal.Unprocessable(
                $"{spec.Name} asks for approvals, and the workflow {definitionId} would ask nobody: " +
                $"choose one with the activity {ReleaseSignals.ApprovalGate}, or roll back a release to go back to what was approved before.");
    }
}
