using System.Linq.Expressions;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

/// <summary>Pruning in steps. What is to go is looked up without a transaction and asked for again in the one that deletes: an instance may be reopened in between.
/// The walk goes by creation, which has an index already, so that ending an instance costs no other one.</summary>
internal sealed class RetentionQueries(KairshipDatabase database)
{
    private static readonly int[] Over = [(int)InstanceStatus.Finished, (int)InstanceStatus.Cancelled];

    private sealed record Seen(string Id, long CreatedAt, bool IsOver);

    public async Task<PruneResult> PruneAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        var page = await database.ReadAsync(context => Page(context, request).ToListAsync(cancellationToken));
        var sizes = await SizesAsync([.. page.Where(x => x.IsOver).Select(x => x.Id)], cancellationToken);
        var chosen = new List<string>();
        var rows = 0L;
        var next = request.After;
        foreach (var seen in page)
        {
            if (seen.IsOver)
            {
                var size = sizes.GetValueOrDefault(seen.Id);
                if (chosen.Count == 0 && size > request.MaxRows)
                {
                    return new PruneResult(0, await ShortenAsync(seen.Id, request.MaxRows, cancellationToken), next ?? new PrunePosition(DateTimeOffset.MinValue, ""));
                }

                if (rows + size > request.MaxRows)
                {
                    break;
                }

                chosen.Add(seen.Id);
                rows += size;
            }

            next = new PrunePosition(Ticks.ToTime(seen.CreatedAt), seen.Id);
        }

        var (instances, deleted) = chosen.Count == 0 ? (0, 0) : await DeleteAsync(chosen, request, cancellationToken);
        var isEnd = page.Count < request.MaxInstances && next?.InstanceId == page.LastOrDefault()?.Id;
        return new PruneResult(instances, deleted, page.Count == 0 || isEnd ? null : next);
    }

    public async Task<PruneKeysResult> PruneKeysAsync(DateTimeOffset before, string? after, int limit, CancellationToken cancellationToken)
    {
        var cutoff = before.UtcTicks;
        var page = await database.ReadAsync(context =>
        {
            var keys = context.Set<StartKeyRow>().AsNoTracking();
            if (after is not null)
            {
                keys = keys.Where(x => string.Compare(x.Key, after) > 0);
            }

            return keys.OrderBy(x => x.Key).Take(limit)
                .Select(x => new { x.Key, IsOld = x.CreatedAt < cutoff && !context.Set<InstanceRow>().Any(i => i.Id == x.InstanceId) })
                .ToListAsync(cancellationToken);
        });
        var old = page.Where(x => x.IsOld).Select(x => x.Key).ToArray();
        var deleted = old.Length == 0 ? 0 : await database.WriteAsync(
            context => context.Set<StartKeyRow>().Where(x => old.Contains(x.Key)).ExecuteDeleteAsync(cancellationToken), cancellationToken);
        return new PruneKeysResult(deleted, page.Count == limit ? page[^1].Key : null);
    }

    private static IQueryable<Seen> Page(KairshipDbContext context, PruneRequest request)
    {
        var instances = context.Set<InstanceRow>().AsNoTracking();
        if (request.After is { } after)
        {
            var (at, id) = (after.CreatedAt.UtcTicks, after.InstanceId);
            // The first condition is implied by the second: it bounds the walk through the index.
            instances = instances.Where(x => x.CreatedAt >= at && (x.CreatedAt > at || string.Compare(x.Id, id) > 0));
        }

        var over = context.Set<InstanceRow>().Where(IsOver(context, request));
        return instances.OrderBy(x => x.CreatedAt).ThenBy(x => x.Id).Take(request.MaxInstances)
            .Select(x => new Seen(x.Id, x.CreatedAt, over.Any(o => o.Id == x.Id)));
    }

    private static Expression<Func<InstanceRow, bool>> IsOver(KairshipDbContext context, PruneRequest request)
    {
        var finished = request.FinishedBefore?.UtcTicks ?? long.MinValue;
        var faulted = request.FaultedBefore?.UtcTicks ?? long.MinValue;
        const int Faulted = (int)InstanceStatus.Faulted;
        return x => ((Over.Contains(x.Status) && x.FinishedAt < finished) || (x.Status == Faulted && x.FinishedAt < faulted))
            && (x.ParentInstanceId == null || !context.Set<InstanceRow>().Any(p => p.Id == x.ParentInstanceId && !Over.Contains(p.Status)));
    }

    private async Task<Dictionary<string, long>> SizesAsync(string[] ids, CancellationToken cancellationToken) => ids.Length == 0 ? [] : await database.ReadAsync(async context =>
    {
        var lines = await context.Set<JournalRow>().Where(x => ids.Contains(x.InstanceId)).GroupBy(x => x.InstanceId)
            .Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var messages = await context.Set<InboxRow>().Where(x => ids.Contains(x.InstanceId)).GroupBy(x => x.InstanceId)
            .Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(cancellationToken);
        messages.ForEach(m => lines[m.Key] = lines.GetValueOrDefault(m.Key) + m.Count);
        return lines;
    });

    /// <summary>Takes rows from an instance that has too many for one step. It is over, so nothing adds to them.</summary>
    private Task<long> ShortenAsync(string id, int rows, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            var lines = context.Set<JournalRow>().Where(x => x.InstanceId == id);
            if (await lines.OrderBy(x => x.Sequence).Skip(rows - 1).Select(x => (long?)x.Sequence).FirstOrDefaultAsync(cancellationToken) is { } last)
            {
                return (long)await lines.Where(x => x.Sequence <= last).ExecuteDeleteAsync(cancellationToken);
            }

            var messages = context.Set<InboxRow>().Where(x => x.InstanceId == id);
            var limit = await messages.OrderBy(x => x.Id).Skip(rows - 1).Select(x => (long?)x.Id).FirstOrDefaultAsync(cancellationToken) ?? long.MaxValue;
            return await lines.ExecuteDeleteAsync(cancellationToken) + await messages.Where(x => x.Id <= limit).ExecuteDeleteAsync(cancellationToken);
        },
        cancellationToken);

    private Task<(int Instances, long Rows)> DeleteAsync(List<string> ids, PruneRequest request, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            var instances = context.Set<InstanceRow>();
            var count = await instances.Where(IsOver(context, request)).Where(x => ids.Contains(x.Id)).ExecuteDeleteAsync(cancellationToken);
            var kept = count == ids.Count ? [] : await instances.Where(x => ids.Contains(x.Id)).Select(x => x.Id).ToListAsync(cancellationToken);
            var gone = ids.Except(kept).ToArray();
            var rows = (long)await context.Set<JournalRow>().Where(x => gone.Contains(x.InstanceId)).ExecuteDeleteAsync(cancellationToken);
            rows += await context.Set<InboxRow>().Where(x => gone.Contains(x.InstanceId)).ExecuteDeleteAsync(cancellationToken);
            await context.Set<BookmarkRow>().Where(x => gone.Contains(x.InstanceId)).ExecuteDeleteAsync(cancellationToken);
            return (count, rows);
        },
        cancellationToken);
}
