using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Elsa's page of definitions with what may be done with the list.</summary>
internal sealed record DefinitionPage(IReadOnlyList<DefinitionSummary> Items, long TotalCount, IReadOnlyList<ElsaLink> Links);

internal sealed class DefinitionListing(IWorkflowStore store)
{
    public async Task<DefinitionPage> ListAsync(DefinitionQuery query, WorkflowRights rights, CancellationToken cancellationToken)
    {
        var all = await store.ListDefinitionsAsync(new DefinitionFilter(Search: query.Search), new PageRequest(0, 1000), cancellationToken);
        var matching = all.Items.Where(d => query.Versions.Includes(d)
            && query.DefinitionIds?.Contains(d.DefinitionId) != false
            && query.VersionIds?.Contains(d.VersionId) != false
            && query.Names?.Contains(d.Name ?? "", StringComparer.OrdinalIgnoreCase) != false
            && (query.IsReadonly is null || DefinitionMarks.IsReadonly(d) == query.IsReadonly));
        var ordered = query.OrderBy switch
        {
            "Name" => matching.OrderBy(d => d.Name, StringComparer.OrdinalIgnoreCase).ThenBy(d => d.Version),
            "Version" => matching.OrderBy(d => d.Version),
            _ => matching.OrderBy(d => d.CreatedAt).ThenBy(d => d.Version),
        };
        var list = query.Ascending ? ordered.ToList() : [.. ordered.Reverse()];
        return new DefinitionPage(
            [.. list.Skip(query.Page.Skip).Take(query.Page.Take).Select(d => DefinitionView.Summary(d, rights))], list.Count, DefinitionLinks.OfList(rights));
    }

    /// <summary>Whether another definition has that name.</summary>
    /// <param name="except">The definition that may have it.</param>
    public async Task<bool> IsNameUniqueAsync(string name, string? except, CancellationToken cancellationToken)
    {
        for (var skip = 0; ; skip += 1000)
        {
            var page = await store.ListDefinitionsAsync(new DefinitionFilter(Search: name, Latest: true) { WithoutJson = true }, new PageRequest(skip, 1000), cancellationToken);
            if (page.Items.Any(d => string.Equals(d.Name, name, StringComparison.OrdinalIgnoreCase) && d.DefinitionId != except))
            {
                return false;
            }

            if (page.Items.Count < 1000)
            {
                return true;
            }
        }
    }

    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        (await store.ListDefinitionsAsync(new DefinitionFilter(Latest: true) { WithoutJson = true }, new PageRequest(0, 1), cancellationToken)).Total;
}
