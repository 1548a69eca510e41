namespace Kairship.Workflows.Storage;

/// <content>Definitions.</content>
public sealed partial class InMemoryWorkflowStore
{
    private readonly Dictionary<string, DefinitionRecord> definitions = [];

    public Task SaveDefinitionAsync(DefinitionRecord definition, IReadOnlyList<TriggerRecord> starts, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Save(definition, starts);
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
            var all = filter.Ordered(definitions.Values.Where(filter.Matches)).Select(d => filter.WithoutJson ? d with { Json = "" } : d);
            return Task.FromResult(Cut([.. all], page));
        }
    }

    public Task<DefinitionCommitOutcome> CommitDefinitionAsync(DefinitionCommit commit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var versions = VersionsOf(commit.DefinitionId);
            if (DefinitionHead.Of(versions.Find(d => d.IsLatest), versions.Find(d => d.IsPublished)) != commit.Expected)
            {
                return Task.FromResult(DefinitionCommitOutcome.Conflict);
            }

            if (commit.Deleted is { } unwanted && (IsPinned(unwanted) || definitions.TryGetValue(unwanted, out var version) && IsUsed(version)))
            {
                return Task.FromResult(DefinitionCommitOutcome.InUse);
            }

            if (commit.Saved is { } saved)
            {
                Save(saved, commit.Starts);
            }

            if (commit.Deleted is { } deleted)
            {
                definitions.Remove(deleted);
                triggers.RemoveAll(t => t.DefinitionId == commit.DefinitionId && t.VersionId == deleted);
            }

            versions = VersionsOf(commit.DefinitionId);
            if (versions.Count > 0 && !versions.Exists(d => d.IsLatest) && versions.MaxBy(d => d.Version) is { } newest)
            {
                definitions[newest.VersionId] = newest with { IsLatest = true };
            }

            return Task.FromResult(DefinitionCommitOutcome.Committed);
        }
    }

    public Task<DefinitionDeletion> DeleteDefinitionAsync(string definitionId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (rows.Values.Any(r => r.Record.DefinitionId == definitionId && Pins(r)) || VersionsOf(definitionId).Exists(IsUsed))
            {
                return Task.FromResult(DefinitionDeletion.InUse);
            }

            var versions = VersionsOf(definitionId);
            versions.ForEach(d => definitions.Remove(d.VersionId));
            triggers.RemoveAll(t => t.DefinitionId == definitionId);
            return Task.FromResult(versions.Count > 0 ? DefinitionDeletion.Deleted : DefinitionDeletion.NotFound);
        }
    }

    private List<DefinitionRecord> VersionsOf(string definitionId) => [.. definitions.Values.Where(d => d.DefinitionId == definitionId)];

    private bool IsPinned(string versionId) => rows.Values.Any(r => r.Record.DefinitionVersionId == versionId && Pins(r));

    /// <summary>Used as an activity by something that may still run: the id of the version stands in its document.</summary>
    private bool IsUsed(DefinitionRecord version) => definitions.Values.Any(d =>
        d.DefinitionId != version.DefinitionId && (d.IsLatest || d.IsPublished || IsPinned(d.VersionId)) && d.Json.Contains(version.VersionId, StringComparison.Ordinal));

    private static bool Pins(Row row) => row.Record.Status is not (InstanceStatus.Finished or InstanceStatus.Cancelled);

    private void Save(DefinitionRecord definition, IReadOnlyList<TriggerRecord> starts)
    {
        ReplaceTriggers(definition, starts);
        definitions[definition.VersionId] = definition;
        foreach (var other in VersionsOf(definition.DefinitionId).Where(d => d.VersionId != definition.VersionId))
        {
            definitions[other.VersionId] = other with
            {
                IsLatest = other.IsLatest && !definition.IsLatest,
                IsPublished = other.IsPublished && !definition.IsPublished,
            };
        }
    }
}
