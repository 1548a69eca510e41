using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

/// <summary>Lists of versions. The ids of a page are found first, then its rows: what is ordered stays small.</summary>
internal static class DefinitionListing
{
    public static async Task<Page<DefinitionRecord>> ListAsync(
        KairshipDbContext context, DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var versions = context.Set<DefinitionRow>().AsNoTracking();
        var found = Matching(Filtered(versions, filter), filter);
        Func<bool, IQueryable<string>> ordered = reversed => Ordered(found, filter.OrderBy, down: filter.Ascending == reversed).Select(x => x.VersionId);
        var ids = await ordered.PageAsync(page, cancellationToken);
        if (ids.Items.Count == 0)
        {
            return new Page<DefinitionRecord>([], ids.Total);
        }

        var wanted = versions.Where(x => ids.Items.Contains(x.VersionId));
        var rows = await (filter.WithoutJson ? wanted.Select(DefinitionRows.WithoutJson) : wanted).ToDictionaryAsync(x => x.VersionId, cancellationToken);
        return new Page<DefinitionRecord>([.. ids.Items.Where(rows.ContainsKey).Select(id => DefinitionRows.ToRecord(rows[id])!)], ids.Total);
    }

    /// <summary>A mark is asked for as it stands, not compared with a value: only so do indexes of the marked ones answer.</summary>
    private static IQueryable<DefinitionRow> Filtered(IQueryable<DefinitionRow> versions, DefinitionFilter filter)
    {
        versions = filter.DefinitionId is { } definitionId ? versions.Where(x => x.DefinitionId == definitionId) : versions;
        versions = filter.Latest switch { true => versions.Where(x => x.IsLatest), false => versions.Where(x => !x.IsLatest), _ => versions };
        versions = filter.Published switch { true => versions.Where(x => x.IsPublished), false => versions.Where(x => !x.IsPublished), _ => versions };
        versions = filter.IsSystem switch { true => versions.Where(x => x.IsSystem), false => versions.Where(x => !x.IsSystem), _ => versions };
        versions = filter.IsReadonly switch { true => versions.Where(x => x.IsReadonly), false => versions.Where(x => !x.IsReadonly), _ => versions };
        return filter.LatestOrPublished ? versions.Where(x => x.IsLatest || x.IsPublished) : versions;
    }

    private static IQueryable<DefinitionRow> Matching(IQueryable<DefinitionRow> versions, DefinitionFilter filter)
    {
        if (filter.Version is { } number)
        {
            versions = versions.Where(x => x.Version == number);
        }

        if (filter.DefinitionIds is { } definitionIds)
        {
            versions = versions.Where(x => definitionIds.Contains(x.DefinitionId));
        }

        if (filter.VersionIds is { } versionIds)
        {
            versions = versions.Where(x => versionIds.Contains(x.VersionId));
        }

        if (filter.Names is { } names)
        {
            var keys = names.Select(name => ListText.Fold(StoredText.Clean(name))).ToArray();
            versions = versions.Where(x => keys.Contains(x.NameKey));
        }

        return ListText.Fold(StoredText.Clean(filter.Search)) is { Length: > 0 } search ? versions.Where(x => x.SearchText.Contains(search)) : versions;
    }

    private static IQueryable<DefinitionRow> Ordered(IQueryable<DefinitionRow> versions, DefinitionOrder order, bool down) => (order switch
    {
        DefinitionOrder.Name => versions.By(x => x.NameKey, down).ThenBy(x => x.DefinitionId, down).ThenBy(x => x.Version, down),
        DefinitionOrder.Version => versions.By(x => x.Version, down),
        _ => versions.By(x => x.CreatedAt, down).ThenBy(x => x.Version, down),
    }).ThenBy(x => x.VersionId, down);
}
