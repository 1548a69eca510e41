using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

internal sealed class InstanceQueries(KairshipDatabase database)
{
    public Task<InstanceRecord?> GetAsync(string instanceId, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<InstanceRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Id == instanceId, cancellationToken) is { } row
            ? ToRecord(row)
            : null);

    public Task<Page<InstanceRecord>> ListAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(context => InstanceListing.ListAsync(context, filter, page, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<InstanceRecord>> FindAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<InstanceRecord>>(async context =>
        {
            var ids = instanceIds.Take(Paging.MaxTake).ToArray();
            var rows = await context.Set<InstanceRow>().AsNoTracking().Where(x => ids.Contains(x.Id)).Select(InstanceListing.WithoutState).ToListAsync(cancellationToken);
            return [.. rows.Select(ToRecord)];
        });

    public Task<bool> DeleteAsync(string instanceId, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            if (await context.Set<InstanceRow>().Where(x => x.Id == instanceId && x.FinishedAt != null).ExecuteDeleteAsync(cancellationToken) == 0)
            {
                return false;
            }

            await context.Set<JournalRow>().Where(x => x.InstanceId == instanceId).ExecuteDeleteAsync(cancellationToken);
            await context.Set<BookmarkRow>().Where(x => x.InstanceId == instanceId).ExecuteDeleteAsync(cancellationToken);
            await context.Set<InboxRow>().Where(x => x.InstanceId == instanceId).ExecuteDeleteAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<BookmarkRecord>> FindBookmarksAsync(
        string stimulusHash, string? correlationId, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<BookmarkRecord>>(
        async context =>
        {
            var waiting = context.Set<InstanceRow>().Where(x => x.FinishedAt == null);
            if (StoredText.Clean(correlationId) is { } wanted)
            {
                waiting = waiting.Where(x => x.CorrelationId == wanted);
            }

            var bookmarks = context.Set<BookmarkRow>().AsNoTracking().Where(x => x.StimulusHash == stimulusHash);
            return await bookmarks.Join(waiting, x => x.InstanceId, x => x.Id, (bookmark, _) => bookmark)
                .OrderBy(x => x.InstanceId).ThenBy(x => x.Id)
                .Select(x => new BookmarkRecord(x.Id, x.InstanceId, x.ActivityId, x.StimulusName, x.StimulusHash, x.CorrelationId))
                .ToListAsync(cancellationToken);
        });

    public Task<Page<BookmarkRecord>> ListBookmarksAsync(string stimulusName, PageRequest page, CancellationToken cancellationToken) => database.ReadAsync(context =>
        context.Set<BookmarkRow>().AsNoTracking().Where(x => x.StimulusName == stimulusName)
            .Join(context.Set<InstanceRow>().Where(x => x.FinishedAt == null), x => x.InstanceId, x => x.Id, (bookmark, _) => bookmark)
            .OrderBy(x => x.InstanceId).ThenBy(x => x.Id)
            .PageAsync(page, x => new BookmarkRecord(x.Id, x.InstanceId, x.ActivityId, x.StimulusName, x.StimulusHash, x.CorrelationId), cancellationToken));

    /// <summary>The counts of the chunks say which of them the page touches.</summary>
    public Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken) =>
        database.ReadAsync(async context =>
        {
            var chunks = context.Set<JournalRow>().AsNoTracking().Where(x => x.InstanceId == instanceId).OrderBy(x => x.Sequence);
            var (skip, take) = (Math.Max(0, page.Skip), Math.Clamp(page.Take, 0, Paging.MaxTake));
            var (total, before, first, last) = (0L, 0L, long.MaxValue, long.MinValue);
            foreach (var chunk in await chunks.Select(x => new { x.Sequence, x.Count }).ToListAsync(cancellationToken))
            {
                if (total + chunk.Count > skip && total < (long)skip + take)
                {
                    (first, before) = first == long.MaxValue ? (chunk.Sequence, total) : (first, before);
                    last = chunk.Sequence;
                }

                total += chunk.Count;
            }

            var touched = first > last ? [] : await chunks.Where(x => x.Sequence >= first && x.Sequence <= last).Select(x => x.Lines).ToListAsync(cancellationToken);
            return new Page<JournalRecord>([.. touched.SelectMany(x => JournalChunk.Read(instanceId, x)).Skip((int)(skip - before)).Take(take)], total);
        });

    public static InstanceRecord ToRecord(InstanceRow row) => new(
        row.Id, row.DefinitionId, row.DefinitionVersionId, row.DefinitionVersion, row.Name, row.CorrelationId, row.ParentInstanceId,
        (InstanceStatus)row.Status, row.IncidentCount, row.QuarantineReason, row.Epoch, row.Owner, Ticks.ToTime(row.DueAt),
        Ticks.ToTime(row.CreatedAt), Ticks.ToTime(row.UpdatedAt), Ticks.ToTime(row.FinishedAt), row.State, row.Claims);
}
