namespace Kairship.Workflows.Storage;

/// <content>The read side.</content>
public sealed partial class InMemoryWorkflowStore
{
    public Task<InstanceRecord?> GetInstanceAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(rows.TryGetValue(instanceId, out var row) ? Copy(row) : null);
        }
    }

    public Task<Page<InstanceRecord>> ListInstancesAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var system = filter.IsSystem is null
                ? null
                : definitions.Values.Where(d => d is { IsSystem: true, IsLatest: true }).Select(d => d.DefinitionId).ToHashSet(StringComparer.Ordinal);
            var all = filter.Ordered(rows.Values.Select(r => r.Record).Where(r => filter.Matches(r) && (system is null || system.Contains(r.DefinitionId) == filter.IsSystem)))
                .Select(r => r with { State = default, Claims = rows[r.Id].Claims });
            return Task.FromResult(Cut([.. all], page));
        }
    }

    public Task<IReadOnlyList<InstanceRecord>> FindInstancesAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<InstanceRecord>>(
                [.. instanceIds.Distinct().Where(rows.ContainsKey).Select(id => rows[id].Record with { State = default, Claims = rows[id].Claims })]);
        }
    }

    public Task<bool> DeleteInstanceAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(instanceId, out var row) || !row.IsFinished)
            {
                return Task.FromResult(false);
            }

            Remove(row);
            return Task.FromResult(true);
        }
    }

    public Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(Cut(rows.TryGetValue(instanceId, out var row) ? row.Journal : [], page));
        }
    }

    private static Page<T> Cut<T>(IReadOnlyList<T> all, PageRequest page) =>
        new([.. all.Skip(page.Skip).Take(Math.Clamp(page.Take, 0, 1000))], all.Count);
}
