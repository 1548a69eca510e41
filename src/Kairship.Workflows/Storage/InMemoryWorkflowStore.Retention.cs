namespace Kairship.Workflows.Storage;

/// <content>Retention.</content>
public sealed partial class InMemoryWorkflowStore
{
    public Task<PruneResult> PruneInstancesAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var (gone, lines) = (0, 0L);
            var after = request.After;
            foreach (var row in rows.Values.Where(r => IsBehind(r, after)).OrderBy(r => r.Record.CreatedAt).ThenBy(r => r.Record.Id, StringComparer.Ordinal).Take(request.MaxInstances).ToList())
            {
                if (IsOver(row.Record, request))
                {
                    var size = row.Journal.Count;
                    if (lines + size > request.MaxRows)
                    {
                        var cut = (int)Math.Min(row.Journal.Count, request.MaxRows - lines);
                        row.Journal.RemoveRange(0, cut);
                        return Task.FromResult(new PruneResult(gone, lines + cut, after ?? new PrunePosition(DateTimeOffset.MinValue, "")));
                    }

                    Remove(row);
                    (gone, lines) = (gone + 1, lines + size);
                }

                after = new PrunePosition(row.Record.CreatedAt, row.Record.Id);
            }

            return Task.FromResult(new PruneResult(gone, lines, rows.Values.Any(r => IsBehind(r, after)) ? after : null));
        }
    }

    public Task<PruneKeysResult> PruneStartKeysAsync(DateTimeOffset before, string? after, int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var page = startedByKey.Where(k => after is null || string.CompareOrdinal(k.Key, after) > 0).OrderBy(k => k.Key, StringComparer.Ordinal).Take(limit).ToList();
            var old = page.Where(k => k.Value.At < before && !rows.ContainsKey(k.Value.InstanceId)).ToList();
            old.ForEach(k => startedByKey.Remove(k.Key));
            return Task.FromResult(new PruneKeysResult(old.Count, page.Count == limit ? page[^1].Key : null));
        }
    }

    private static bool IsBehind(Row row, PrunePosition? after) =>
        after is null || row.Record.CreatedAt > after.CreatedAt || (row.Record.CreatedAt == after.CreatedAt && string.CompareOrdinal(row.Record.Id, after.InstanceId) > 0);

    private bool IsOver(InstanceRecord record, PruneRequest request)
    {
        var before = record.Status switch
        {
            InstanceStatus.Finished or InstanceStatus.Cancelled => request.FinishedBefore,
            InstanceStatus.Faulted => request.FaultedBefore,
            _ => null,
        };
        return record.FinishedAt < before
            && !(record.ParentInstanceId is { } id && rows.TryGetValue(id, out var parent) && parent.Record.Status is not (InstanceStatus.Finished or InstanceStatus.Cancelled));
    }

    private void Remove(Row row)
    {
        foreach (var bookmark in row.Bookmarks.Keys.ToList())
        {
            RemoveBookmark(row, bookmark);
        }

        SetDue(row, null);
        rows.Remove(row.Record.Id);
    }
}
