using System.Linq.Expressions;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

/// <summary>Lists of instances. The ids of a page are found first, in an index that has all that lists ask for; then its rows, which are wide.</summary>
internal static class InstanceListing
{
    public static async Task<Page<InstanceRecord>> ListAsync(
        KairshipDbContext context, InstanceFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var instances = context.Set<InstanceRow>().AsNoTracking();
        if (await OfSystemAsync(Matching(Filtered(instances, filter), filter), context, filter, cancellationToken) is not { } found)
        {
            return new Page<InstanceRecord>([], 0);
        }

        Func<bool, IQueryable<string>> ordered = reversed => Ordered(found, filter.OrderBy, filter.Ascending == reversed, reversed).Select(x => x.Id);
        var ids = await ordered.PageAsync(page, cancellationToken);
        if (ids.Items.Count == 0)
        {
            return new Page<InstanceRecord>([], ids.Total);
        }

        var rows = await instances.Where(x => ids.Items.Contains(x.Id)).Select(WithoutState).ToDictionaryAsync(x => x.Id, cancellationToken);
        return new Page<InstanceRecord>([.. ids.Items.Where(rows.ContainsKey).Select(id => InstanceQueries.ToRecord(rows[id]))], ids.Total);
    }

    private static IQueryable<InstanceRow> Filtered(IQueryable<InstanceRow> instances, InstanceFilter filter)
    {
        instances = filter.DefinitionId is { } definitionId ? instances.Where(x => x.DefinitionId == definitionId) : instances;
        instances = filter.DefinitionVersion is { } version ? instances.Where(x => x.DefinitionVersion == version) : instances;
        instances = StoredText.Clean(filter.CorrelationId) is { } correlationId ? instances.Where(x => x.CorrelationId == correlationId) : instances;
        instances = filter.ParentInstanceId is { } parentId ? instances.Where(x => x.ParentInstanceId == parentId) : instances;
        instances = filter.Quarantined switch
        {
            true => instances.Where(x => x.IsQuarantined),
            false => instances.Where(x => !x.IsQuarantined),
            _ => instances,
        };
        return filter.HasIncidents switch
        {
            true => instances.Where(x => x.IncidentCount > 0),
            false => instances.Where(x => x.IncidentCount == 0),
            _ => instances,
        };
    }

    /// <summary>Null: there are none. Most often nothing is the system's, and then nothing need be compared.</summary>
    private static async Task<IQueryable<InstanceRow>?> OfSystemAsync(
        IQueryable<InstanceRow> instances, KairshipDbContext context, InstanceFilter filter, CancellationToken cancellationToken)
    {
        if (filter.IsSystem is not { } wanted)
        {
            return instances;
        }

        var system = context.Set<DefinitionRow>().Where(x => x.IsSystem && x.IsLatest).Select(x => x.DefinitionId);
        return !await system.AnyAsync(cancellationToken) ? wanted ? null : instances
            : wanted ? instances.Where(x => system.Contains(x.DefinitionId))
            : instances.Where(x => !system.Contains(x.DefinitionId));
    }

    private static IQueryable<InstanceRow> Matching(IQueryable<InstanceRow> instances, InstanceFilter filter)
    {
        if (filter.Statuses is { } wanted)
        {
            var statuses = wanted.Select(x => (int)x).ToArray();
            instances = instances.Where(x => statuses.Contains(x.Status));
        }

        if (filter.Ids is { } ids)
        {
            instances = instances.Where(x => ids.Contains(x.Id));
        }

        if (filter.DefinitionIds is { } definitionIds)
        {
            instances = instances.Where(x => definitionIds.Contains(x.DefinitionId));
        }

        instances = filter.Times.Aggregate(instances, (all, time) => all.Where(Meets(time)));
        return StoredText.Clean(filter.Search) is { Length: > 0 } search ? Searched(instances, search) : instances;
    }

    private static IQueryable<InstanceRow> Searched(IQueryable<InstanceRow> instances, string search)
    {
        // Both databases count characters beyond U+FFFF as one.
        var (folded, length) = (ListText.Fold(search), search.EnumerateRunes().Count());
        return instances.Where(x =>
            x.ListText.Contains(folded) || x.DefinitionId.Substring(0, length) == search || x.DefinitionId.Substring(0, length) == folded);
    }

    private static Expression<Func<InstanceRow, bool>> Meets(TimeFilter filter)
    {
        long? ticks = filter.Value.UtcTicks;
        Expression<Func<long?>> value = () => ticks;
        Expression<Func<InstanceRow, long?>> column = filter.Time switch
        {
            InstanceTime.Created => x => x.CreatedAt,
            InstanceTime.Updated => x => x.UpdatedAt,
            _ => x => x.FinishedAt,
        };
        Func<Expression, Expression, Expression> compare = filter.Comparison switch
        {
            TimeComparison.Is => Expression.Equal,
            TimeComparison.IsNot => Expression.NotEqual,
            TimeComparison.After => Expression.GreaterThan,
            TimeComparison.AtOrAfter => Expression.GreaterThanOrEqual,
            TimeComparison.Before => Expression.LessThan,
            _ => Expression.LessThanOrEqual,
        };
        var isKnown = Expression.NotEqual(column.Body, Expression.Constant(null, typeof(long?)));
        return Expression.Lambda<Func<InstanceRow, bool>>(Expression.AndAlso(isKnown, compare(column.Body, value.Body)), column.Parameters);
    }

    /// <param name="down">Against the order of the keys.</param>
    /// <param name="reversed">The whole list the other way round: then what has not finished comes first.</param>
    private static IQueryable<InstanceRow> Ordered(IQueryable<InstanceRow> instances, InstanceOrder order, bool down, bool reversed) => (order switch
    {
        InstanceOrder.Updated => instances.By(x => x.UpdatedAt, down),
        InstanceOrder.Finished => instances.By(x => x.FinishedAt == null, reversed).ThenBy(x => x.FinishedAt, down),
        InstanceOrder.Name => instances.By(x => x.ListText, down),
        _ => instances.By(x => x.CreatedAt, down),
    }).ThenBy(x => x.Id, down);

    public static readonly Expression<Func<InstanceRow, InstanceRow>> WithoutState = x => new InstanceRow
    {
        Id = x.Id,
        DefinitionId = x.DefinitionId,
        DefinitionVersionId = x.DefinitionVersionId,
        DefinitionVersion = x.DefinitionVersion,
        Name = x.Name,
        CorrelationId = x.CorrelationId,
        ParentInstanceId = x.ParentInstanceId,
        Status = x.Status,
        IncidentCount = x.IncidentCount,
        QuarantineReason = x.QuarantineReason,
        Epoch = x.Epoch,
        Owner = x.Owner,
        DueAt = x.DueAt,
        CreatedAt = x.CreatedAt,
        UpdatedAt = x.UpdatedAt,
        FinishedAt = x.FinishedAt,
        ListText = "",
        State = Array.Empty<byte>(),
        Claims = x.Claims,
    };
}
