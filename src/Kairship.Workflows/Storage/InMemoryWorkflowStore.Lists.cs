namespace Kairship.Workflows.Storage;

/// <content>Definitions and the read side.</content>
public sealed partial class InMemoryWorkflowStore
{
    private readonly Dictionary<string, DefinitionRecord> definitions = [];

    public Task SaveDefinitionAsync(DefinitionRecord definition, IReadOnlyList<TriggerRecord> starts, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ReplaceTriggers(definition, starts);
            definitions[definition.VersionId] = definition;
            foreach (var other in definitions.Values.Where(d => d.DefinitionId == definition.DefinitionId && d.VersionId != definition.VersionId).ToList())
            {
                definitions[other.VersionId] = other with
                {
                    IsLatest = other.IsLatest && !definition.IsLatest,
                    IsPublished = other.IsPublished && !definition.IsPublished,
                };
            }
        }

        return Task.CompletedTask;
    }

    public Task<DefinitionRecord?> GetDefinitionVersionAsync(string versionId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(definitions.GetValueOrDefault(versionId));
        }
    }

    public Task<DefinitionRecord?> FindDefinitionAsync(string definitionId, VersionOption option, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(definitions.Values.FirstOrDefault(d => d.DefinitionId == definitionId
                && (!option.Published || d.IsPublished) && (!option.Latest || d.IsLatest) && (option.Number is not { } number || d.Version == number)));
        }
    }

    public Task<Page<DefinitionRecord>> ListDefinitionsAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var all = definitions.Values
                .Where(d => (filter.DefinitionId is null || d.DefinitionId == filter.DefinitionId)
                    && (filter.Latest is null || d.IsLatest == filter.Latest)
                    && (filter.Published is null || d.IsPublished == filter.Published)
                    && Matches(filter.Search, d.DefinitionId, d.Name, d.Description))
                .OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Version).ThenByDescending(d => d.VersionId, StringComparer.Ordinal);
            return Task.FromResult(Cut([.. all], page));
        }
    }

    public Task<bool> DeleteDefinitionAsync(string definitionId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (rows.Values.Any(r => r.Record.DefinitionId == definitionId && !r.IsFinished))
            {
                throw new InvalidOperationException($"Definition '{definitionId}' has unfinished instances: cancel them or let them finish first.");
            }

            var versions = definitions.Values.Where(d => d.DefinitionId == definitionId).Select(d => d.VersionId).ToList();
            versions.ForEach(v => definitions.Remove(v));
            triggers.RemoveAll(t => t.DefinitionId == definitionId);
            return Task.FromResult(versions.Count > 0);
        }
    }

    public Task<InstanceRecord?> GetInstanceAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(rows.TryGetValue(instanceId, out var row) ? Copy(row.Record) : null);
        }
    }

    public Task<Page<InstanceRecord>> ListInstancesAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var all = rows.Values
                .Where(r => Matches(filter, r.Record))
                .OrderByDescending(r => r.Record.CreatedAt).ThenByDescending(r => r.Order)
                .Select(r => r.Record with { State = default });
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

            foreach (var bookmark in row.Bookmarks.Keys.ToList())
            {
                RemoveBookmark(row, bookmark);
            }

            rows.Remove(instanceId);
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
