using Kairship.Workflows.Storage;

namespace Kairship.Testing.Workflows;

/// <summary>A store in front of another one, for tests that count, delay or break calls. Without an inner store only what is overridden works.</summary>
public abstract class StoreDecorator(IWorkflowStore? inner = null) : IWorkflowStore
{
    /// <summary>Where calls go; overridden to refuse them.</summary>
    protected virtual IWorkflowStore Target => inner ?? throw new NotSupportedException("This store has nothing behind it.");

    public virtual Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken) =>
        Target.CommitAsync(commits, cancellationToken);

    public virtual Task MigrateAsync(CancellationToken cancellationToken) => Target.MigrateAsync(cancellationToken);

    public virtual Task SaveDefinitionAsync(DefinitionRecord definition, IReadOnlyList<TriggerRecord> starts, CancellationToken cancellationToken) =>
        Target.SaveDefinitionAsync(definition, starts, cancellationToken);

    public virtual Task<IReadOnlyList<TriggerRecord>> FindTriggersAsync(string stimulusHash, CancellationToken cancellationToken) =>
        Target.FindTriggersAsync(stimulusHash, cancellationToken);

    public virtual Task<IReadOnlyList<TriggerRecord>> ListTriggersAsync(string stimulusName, CancellationToken cancellationToken) =>
        Target.ListTriggersAsync(stimulusName, cancellationToken);

    public virtual Task<bool> SetTriggerFiredAsync(TriggerRecord trigger, DateTimeOffset firedAt, CancellationToken cancellationToken) =>
        Target.SetTriggerFiredAsync(trigger, firedAt, cancellationToken);

    public virtual Task<DefinitionRecord?> GetDefinitionVersionAsync(string versionId, CancellationToken cancellationToken) =>
        Target.GetDefinitionVersionAsync(versionId, cancellationToken);

    public virtual Task<DefinitionRecord?> FindDefinitionAsync(string definitionId, VersionOption option, CancellationToken cancellationToken) =>
        Target.FindDefinitionAsync(definitionId, option, cancellationToken);

    public virtual Task<Page<DefinitionRecord>> ListDefinitionsAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        Target.ListDefinitionsAsync(filter, page, cancellationToken);

    public virtual Task<DefinitionCommitOutcome> CommitDefinitionAsync(DefinitionCommit commit, CancellationToken cancellationToken) => Target.CommitDefinitionAsync(commit, cancellationToken);

    public virtual Task<DefinitionDeletion> DeleteDefinitionAsync(string definitionId, CancellationToken cancellationToken) => Target.DeleteDefinitionAsync(definitionId, cancellationToken);

    public virtual Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken) => Target.CreateInstanceAsync(instance, cancellationToken);

    public virtual Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken) =>
        Target.ClaimAsync(instanceId, owner, lease, mostClaims, cancellationToken);

    public virtual Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken) => Target.ReadInboxAsync(instanceId, cancellationToken);

    public virtual Task<IReadOnlyList<string>> RenewAsync(string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken) =>
        Target.RenewAsync(owner, held, lease, cancellationToken);

    public virtual Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken) => Target.ReleaseOwnerAsync(owner, cancellationToken);

    public virtual Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => Target.FindDueAsync(now, limit, cancellationToken);

    public virtual Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => Target.NextDueAsync(cancellationToken);

    public virtual Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        Target.SetQuarantineAsync(instanceId, reason, cancellationToken);

    public virtual Task<PostOutcome> PostAndReopenAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Target.PostAndReopenAsync(instanceId, dedupeKey, payload, cancellationToken);

    public virtual Task<InstanceRecord?> GetInstanceAsync(string instanceId, CancellationToken cancellationToken) => Target.GetInstanceAsync(instanceId, cancellationToken);

    public virtual Task<Page<InstanceRecord>> ListInstancesAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        Target.ListInstancesAsync(filter, page, cancellationToken);

    public virtual Task<IReadOnlyList<InstanceRecord>> FindInstancesAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken) =>
        Target.FindInstancesAsync(instanceIds, cancellationToken);

    public virtual Task<bool> DeleteInstanceAsync(string instanceId, CancellationToken cancellationToken) => Target.DeleteInstanceAsync(instanceId, cancellationToken);

    public virtual Task<PostOutcome> PostAsync(
        string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken) =>
        Target.PostAsync(instanceId, dedupeKey, payload, room, cancellationToken);

    public virtual Task<IReadOnlyList<BookmarkRecord>> FindBookmarksAsync(string stimulusHash, string? correlationId, CancellationToken cancellationToken) =>
        Target.FindBookmarksAsync(stimulusHash, correlationId, cancellationToken);

    public virtual Task<Page<BookmarkRecord>> ListBookmarksAsync(string stimulusName, PageRequest page, CancellationToken cancellationToken) =>
        Target.ListBookmarksAsync(stimulusName, page, cancellationToken);

    public virtual Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) => Target.ReadOutboxAsync(limit, cancellationToken);

    public virtual Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => Target.DeleteOutboxAsync(ids, cancellationToken);

    public virtual Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken) =>
        Target.ReadJournalAsync(instanceId, page, cancellationToken);

    public virtual Task<PruneResult> PruneInstancesAsync(PruneRequest request, CancellationToken cancellationToken) => Target.PruneInstancesAsync(request, cancellationToken);

    public virtual Task<PruneKeysResult> PruneStartKeysAsync(DateTimeOffset before, string? after, int limit, CancellationToken cancellationToken) =>
        Target.PruneStartKeysAsync(before, after, limit, cancellationToken);
}
