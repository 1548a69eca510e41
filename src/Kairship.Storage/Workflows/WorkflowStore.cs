using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows;

/// <summary>The store contract over its three parts: definitions and look-ups by EF Core, the hot path by plain SQL.</summary>
internal sealed class WorkflowStore(
    KairshipDatabase database, DefinitionQueries definitions, TriggerQueries triggers, InstanceQueries instances, IInstanceLedger ledger,
    RetentionQueries retention) : IWorkflowStore
{
    public Task MigrateAsync(CancellationToken cancellationToken) => database.MigrateAsync(cancellationToken);

    public Task SaveDefinitionAsync(DefinitionRecord definition, IReadOnlyList<TriggerRecord> starts, CancellationToken cancellationToken) =>
        definitions.SaveAsync(definition, starts, cancellationToken);

    public Task<IReadOnlyList<TriggerRecord>> FindTriggersAsync(string stimulusHash, CancellationToken cancellationToken) =>
        triggers.FindAsync(stimulusHash, cancellationToken);

    public Task<IReadOnlyList<TriggerRecord>> ListTriggersAsync(string stimulusName, CancellationToken cancellationToken) =>
        triggers.ListAsync(stimulusName, cancellationToken);

    public Task<bool> SetTriggerFiredAsync(TriggerRecord trigger, DateTimeOffset firedAt, CancellationToken cancellationToken) =>
        triggers.SetFiredAsync(trigger, firedAt, cancellationToken);

    public Task<DefinitionRecord?> GetDefinitionVersionAsync(string versionId, CancellationToken cancellationToken) =>
        definitions.GetVersionAsync(versionId, cancellationToken);

    public Task<DefinitionRecord?> FindDefinitionAsync(string definitionId, VersionOption option, CancellationToken cancellationToken) =>
        definitions.FindAsync(definitionId, option, cancellationToken);

    public Task<Page<DefinitionRecord>> ListDefinitionsAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        definitions.ListAsync(filter, page, cancellationToken);

    public Task<DefinitionCommitOutcome> CommitDefinitionAsync(DefinitionCommit commit, CancellationToken cancellationToken) =>
        definitions.CommitAsync(commit, cancellationToken);

    public Task<DefinitionDeletion> DeleteDefinitionAsync(string definitionId, CancellationToken cancellationToken) =>
        definitions.DeleteAsync(definitionId, cancellationToken);

    public Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken) =>
        ledger.CreateAsync(instance, cancellationToken);

    public Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken) =>
        ledger.ClaimAsync(instanceId, owner, lease, mostClaims, cancellationToken);

    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken) =>
        ledger.CommitAsync(commits, cancellationToken);

    public Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken) =>
        ledger.ReadInboxAsync(instanceId, cancellationToken);

    public Task<IReadOnlyList<string>> RenewAsync(
        string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken) =>
        ledger.RenewAsync(owner, held, lease, cancellationToken);

    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken) => ledger.ReleaseOwnerAsync(owner, cancellationToken);

    public Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ledger.FindDueAsync(now, limit, cancellationToken);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => ledger.NextDueAsync(cancellationToken);

    public Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        ledger.SetQuarantineAsync(instanceId, reason, cancellationToken);

    public Task<InstanceRecord?> GetInstanceAsync(string instanceId, CancellationToken cancellationToken) =>
        instances.GetAsync(instanceId, cancellationToken);

    public Task<Page<InstanceRecord>> ListInstancesAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        instances.ListAsync(filter, page, cancellationToken);

    public Task<IReadOnlyList<InstanceRecord>> FindInstancesAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken) =>
        instances.FindAsync(instanceIds, cancellationToken);

    public Task<bool> DeleteInstanceAsync(string instanceId, CancellationToken cancellationToken) =>
        instances.DeleteAsync(instanceId, cancellationToken);

    public Task<PostOutcome> PostAsync(
        string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken) =>
        ledger.PostAsync(instanceId, dedupeKey, payload, room, cancellationToken);

    public Task<PostOutcome> PostAndReopenAsync(
        string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        ledger.PostAndReopenAsync(instanceId, dedupeKey, payload, cancellationToken);

    public Task<IReadOnlyList<BookmarkRecord>> FindBookmarksAsync(
        string stimulusHash, string? correlationId, CancellationToken cancellationToken) =>
        instances.FindBookmarksAsync(stimulusHash, correlationId, cancellationToken);

    public Task<Page<BookmarkRecord>> ListBookmarksAsync(string stimulusName, PageRequest page, CancellationToken cancellationToken) =>
        instances.ListBookmarksAsync(stimulusName, page, cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        ledger.ReadOutboxAsync(limit, cancellationToken);

    public Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        ledger.DeleteOutboxAsync(ids, cancellationToken);

    public Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken) =>
        instances.ReadJournalAsync(instanceId, page, cancellationToken);

    public Task<PruneResult> PruneInstancesAsync(PruneRequest request, CancellationToken cancellationToken) => retention.PruneAsync(request, cancellationToken);

    public Task<PruneKeysResult> PruneStartKeysAsync(DateTimeOffset before, string? after, int limit, CancellationToken cancellationToken) =>
        retention.PruneKeysAsync(before, after, limit, cancellationToken);
}
