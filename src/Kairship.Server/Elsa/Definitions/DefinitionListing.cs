using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Elsa's page of definitions with what may be done with the list.</summary>
internal sealed record DefinitionPage(IReadOnlyList<DefinitionSummary> Items, long TotalCount, IReadOnlyList<ElsaLink> Links);

internal sealed class DefinitionListing(IWorkflowStore store)
{
    public async Task<DefinitionPage> ListAsync(DefinitionQuery query, WorkflowRights rights, CancellationToken cancellationToken)
    {
        var page = await store.ListDefinitionsAsync(query.ToFilter(), query.Page, cancellationToken);
        return new DefinitionPage([.. page.Items.Select(d => DefinitionView.Summary(d, rights))], page.Total, DefinitionLinks.OfList(rights));
    }

    /// <summary>Whether another definition has that name.</summary>
    /// <param name="except">The definition that may have it.</param>
    public async Task<bool> IsNameUniqueAsync(string name, string? except, CancellationToken cancellationToken)
    {
        var page = await store.ListDefinitionsAsync(new DefinitionFilter(Latest: true) { Names = [name], WithoutJson = true }, new PageRequest(0, 2), cancellationToken);
        return page.Items.All(d => d.DefinitionId == except);
    }

    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        (await store.ListDefinitionsAsync(new DefinitionFilter(Latest: true) { WithoutJson = true }, new PageRequest(0, 1), cancellationToken)).Total;
}
