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
            var all = rows.Values
                .Where(r => Matches(filter, r.Record))
                .OrderByDescending(r => r.Record.CreatedAt).ThenByDescending(r => r.Order)
                .Select(r => r.Record with { State = default, Claims = r.Claims });
            return Task.FromResult(Cut([.. all], page));
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

    private static bool Matches(InstanceFilter filter, InstanceRecord record) =>
        (filter.DefinitionId is null || record.DefinitionId == filter.DefinitionId)
        && (filter.DefinitionVersion is null || record.DefinitionVersion == filter.DefinitionVersion)
        && (filter.CorrelationId is null || record.CorrelationId == filter.CorrelationId)
        && (filter.ParentInstanceId is null || record.ParentInstanceId == filter.ParentInstanceId)
        && (filter.Statuses is null || filter.Statuses.Contains(record.Status))
        && (filter.Quarantined is null || (record.QuarantineReason is not null) == filter.Quarantined)
        && Matches(filter.Search, record.Id, record.Name, record.CorrelationId, record.DefinitionId);

    private static bool Matches(string? search, params ReadOnlySpan<string?> texts)
    {
        if (string.IsNullOrEmpty(search))
        {
            return true;
        }

        foreach (var text in texts)
        {
            if (text is not null && text.Contains(search, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static Page<T> Cut<T>(IReadOnlyList<T> all, PageRequest page) =>
        new([.. all.Skip(page.Skip).Take(Math.Clamp(page.Take, 0, 1000))], all.Count);
}
