using Kairship.Server.Problems;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Lists of instances.</summary>
internal sealed class InstanceLists(IWorkflowStore store)
{
    /// <summary>Where two look-ups make one list, this many from its begin can be paged through.</summary>
    private const int MostMerged = 1000;

    public async Task<Answer<ElsaPage<ElsaInstanceSummary>>> ListAsync(InstanceListRequest request, CancellationToken cancellationToken)
    {
        var asked = InstanceQuery.Of(request);
        return asked.Refusal is { } refusal ? refusal : asked.Granted.Filters.Count switch
        {
            0 => new ElsaPage<ElsaInstanceSummary>([], 0),
            1 => Shown(await store.ListInstancesAsync(asked.Granted.Filters[0], asked.Granted.Page, cancellationToken)),
            _ => await MergeAsync(asked.Granted, cancellationToken),
        };
    }

    private async Task<Answer<ElsaPage<ElsaInstanceSummary>>> MergeAsync(InstanceQuery query, CancellationToken cancellationToken)
    {
        var pages = new List<Page<InstanceRecord>>();
        foreach (var filter in query.Filters)
        {
            pages.Add(await store.ListInstancesAsync(filter, new PageRequest(0, Math.Min(MostMerged, query.Page.Skip + query.Page.Take)), cancellationToken));
        }

        // Quarantine is rare: as good as always one of the two is empty.
        if (pages.Find(p => p.Total > 0 && pages.TrueForAll(o => ReferenceEquals(o, p) || o.Total == 0)) is { } only)
        {
            return Shown(await store.ListInstancesAsync(query.Filters[pages.IndexOf(only)], query.Page, cancellationToken));
        }

        var total = pages.Sum(p => p.Total);
        if (total > MostMerged && query.Page.Skip + query.Page.Take > MostMerged)
        {
            return Refusal.Unprocessable(
                $"A list of quarantined instances ({ElsaStatus.Interrupted}) together with others ends after {MostMerged}: ask for {ElsaStatus.Interrupted} by itself, or filter further.");
        }

        var ordered = InOrder(pages.SelectMany(p => p.Items), query.Filters[0]);
        return Shown(new Page<InstanceRecord>([.. ordered.Skip(query.Page.Skip).Take(query.Page.Take)], total));
    }

    private static IEnumerable<InstanceRecord> InOrder(IEnumerable<InstanceRecord> all, InstanceFilter filter)
    {
        // What has not finished comes last either way.
        var ordered = filter.OrderBy switch
        {
            InstanceOrder.Name => By(all.OrderBy(_ => 0), r => (r.Name ?? "").ToLowerInvariant(), StringComparer.Ordinal),
            InstanceOrder.Updated => By(all.OrderBy(_ => 0), r => r.UpdatedAt, Comparer<DateTimeOffset>.Default),
            InstanceOrder.Finished => By(all.OrderBy(r => r.FinishedAt is null), r => r.FinishedAt, Comparer<DateTimeOffset?>.Default),
            _ => By(all.OrderBy(_ => 0), r => r.CreatedAt, Comparer<DateTimeOffset>.Default),
        };
        return By(ordered, r => r.Id, StringComparer.Ordinal);

        IOrderedEnumerable<InstanceRecord> By<TKey>(IOrderedEnumerable<InstanceRecord> records, Func<InstanceRecord, TKey> key, IComparer<TKey> comparer) =>
            filter.Ascending ? records.ThenBy(key, comparer) : records.ThenByDescending(key, comparer);
    }

    private static ElsaPage<ElsaInstanceSummary> Shown(Page<InstanceRecord> page) => new([.. page.Items.Select(WorkflowStates.Summary)], page.Total);
}
