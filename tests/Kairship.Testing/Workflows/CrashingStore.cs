using Kairship.Workflows.Storage;

namespace Kairship.Testing.Workflows;

/// <summary>The process died. Nothing answers until it is restarted.</summary>
public sealed class ProcessCrashedException() : Exception("The process has crashed (on purpose).");

/// <summary>
/// A store seen by a process that dies at its n-th commit, before or after the commit reached the database, and that gets no answer from then on until
/// <see cref="Restart"/>. The store behind it survives.
/// </summary>
public sealed class CrashingStore(IWorkflowStore inner) : IWorkflowStore
{
    private readonly Lock gate = new();
    private int crashAt = int.MaxValue;
    private bool afterwards;

    /// <summary>Calls of <see cref="CommitAsync"/> so far.</summary>
    public int Commits { get; private set; }

    public bool Crashed { get; private set; }

    /// <summary>Dies at that commit, counted from 1 over the whole life of this object.</summary>
    public void CrashAt(int commit, bool after) => (crashAt, afterwards) = (commit, after);

    public void Restart() => Crashed = false;

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
    {
        bool now;
        lock (gate)
        {
            Alive();
            now = ++Commits == crashAt;
            if (now && !afterwards)
            {
                Crashed = true;
                throw new ProcessCrashedException();
            }
        }

        var outcomes = await inner.CommitAsync(commits, cancellationToken);
        lock (gate)
        {
            Crashed |= now;
            Alive();
        }

        return outcomes;
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => Alive().MigrateAsync(cancellationToken);

    public Task SaveDefinitionAsync(DefinitionRecord definition, CancellationToken cancellationToken) => Alive().SaveDefinitionAsync(definition, cancellationToken);

    public Task<DefinitionRecord?> GetDefinitionVersionAsync(string versionId, CancellationToken cancellationToken) =>
        Alive().GetDefinitionVersionAsync(versionId, cancellationToken);

    public Task<DefinitionRecord?> FindDefinitionAsync(string definitionId, VersionOption option, CancellationToken cancellationToken) =>
        Alive().FindDefinitionAsync(definitionId, option, cancellationToken);

    public Task<Page<DefinitionRecord>> ListDefinitionsAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        Alive().ListDefinitionsAsync(filter, page, cancellationToken);

    public Task<bool> DeleteDefinitionAsync(string definitionId, CancellationToken cancellationToken) => Alive().DeleteDefinitionAsync(definitionId, cancellationToken);

    public Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken) => Alive().CreateInstanceAsync(instance, cancellationToken);

    public Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, CancellationToken cancellationToken) =>
        Alive().ClaimAsync(instanceId, owner, lease, cancellationToken);

    public Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken) => Alive().ReadInboxAsync(instanceId, cancellationToken);

    public Task<IReadOnlyList<string>> RenewAsync(string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken) =>
        Alive().RenewAsync(owner, held, lease, cancellationToken);

    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken) => Alive().ReleaseOwnerAsync(owner, cancellationToken);

    public Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => Alive().FindDueAsync(now, limit, cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => Alive().NextDueAsync(cancellationToken);

    public Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        Alive().SetQuarantineAsync(instanceId, reason, cancellationToken);

    public Task<bool> ReopenAsync(string instanceId, CancellationToken cancellationToken) => Alive().ReopenAsync(instanceId, cancellationToken);

    public Task<InstanceRecord?> GetInstanceAsync(string instanceId, CancellationToken cancellationToken) => Alive().GetInstanceAsync(instanceId, cancellationToken);

    public Task<Page<InstanceRecord>> ListInstancesAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        Alive().ListInstancesAsync(filter, page, cancellationToken);

    public Task<bool> DeleteInstanceAsync(string instanceId, CancellationToken cancellationToken) => Alive().DeleteInstanceAsync(instanceId, cancellationToken);

    public Task<PostOutcome> PostAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Alive().PostAsync(instanceId, dedupeKey, payload, cancellationToken);

    public Task<IReadOnlyList<BookmarkRecord>> FindBookmarksAsync(string stimulusHash, string? correlationId, CancellationToken cancellationToken) =>
        Alive().FindBookmarksAsync(stimulusHash, correlationId, cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) => Alive().ReadOutboxAsync(limit, cancellationToken);

    public Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => Alive().DeleteOutboxAsync(ids, cancellationToken);

    public Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken) =>
        Alive().ReadJournalAsync(instanceId, page, cancellationToken);

    private IWorkflowStore Alive() => Crashed ? throw new ProcessCrashedException() : inner;
}
