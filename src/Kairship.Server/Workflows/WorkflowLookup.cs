using Kairship.Server.Problems;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

internal sealed class WorkflowLookup(IWorkflowStore store)
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
}
