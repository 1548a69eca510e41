namespace Kairship.Workflows.Storage;

/// <summary>
/// The one seam between the engine and a database. Three implementations (memory, SQLite, PostgreSQL) pass one compliance suite.
/// <para>Ownership. An instance is run by whoever claimed it: <see cref="ClaimAsync"/> raises its epoch, and every commit carries
/// that epoch. A commit with an old epoch changes nothing (<see cref="CommitOutcome.Fenced"/>). Leases only decide when an
/// instance may be claimed by somebody else; they are measured by the store's own clock and correctness never rests on them.</para>
/// <para>Atomicity. Each <see cref="InstanceCommit"/> is applied wholly or not at all. Several may share one database transaction
/// (group commit), each with a guard of its own: a fenced one does not disturb the others.</para>
/// <para>Durability. When a call returns, what it did survives a crash of this process and of the machine.</para>
/// </summary>
public interface IWorkflowStore
{
    /// <summary>Makes the tables, or brings older ones up to date. Idempotent.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    // Definitions ------------------------------------------------------------------------------------------------

    /// <summary>Adds or replaces one version of a definition. Of a definition at most one version is latest and at most one published:
    /// saving one as latest (published) clears that mark from the others. <paramref name="starts"/> replace those of the definition, in the same transaction, when the
    /// version is published; saving the published version as no longer published removes them; saving a draft leaves them alone.</summary>
    Task SaveDefinitionAsync(DefinitionRecord definition, IReadOnlyList<TriggerRecord> starts, CancellationToken cancellationToken);

    /// <summary>One version by its own id, or null.</summary>
    Task<DefinitionRecord?> GetDefinitionVersionAsync(string versionId, CancellationToken cancellationToken);

    /// <summary>The version of a definition that is published, latest or has that number, or null.</summary>
    Task<DefinitionRecord?> FindDefinitionAsync(string definitionId, VersionOption option, CancellationToken cancellationToken);

    /// <summary>Versions, in the order that the filter asks for.</summary>
    Task<Page<DefinitionRecord>> ListDefinitionsAsync(DefinitionFilter filter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Changes versions of one definition in one transaction, unless the definition is no longer where the change was decided on
    /// (<see cref="DefinitionCommit.Expected"/>): of several changes that were decided on one state exactly one is made.</summary>
    Task<DefinitionCommitOutcome> CommitDefinitionAsync(DefinitionCommit commit, CancellationToken cancellationToken);

    /// <summary>Deletes a definition with all its versions. Instances keep what they pinned until they are over: while one is not, nothing is deleted.</summary>
    Task<DefinitionDeletion> DeleteDefinitionAsync(string definitionId, CancellationToken cancellationToken);

    // Triggers ---------------------------------------------------------------------------------------------------

    /// <summary>Triggers of published definitions with this stimulus hash, ordered by definition and activity.</summary>
    Task<IReadOnlyList<TriggerRecord>> FindTriggersAsync(string stimulusHash, CancellationToken cancellationToken);

    /// <summary>All triggers of published definitions for this kind of stimulus ("schedule"), ordered by definition and activity.</summary>
    Task<IReadOnlyList<TriggerRecord>> ListTriggersAsync(string stimulusName, CancellationToken cancellationToken);

    /// <summary>Notes when a trigger has last started an instance; an earlier time than the one noted changes nothing. False when there is no such trigger (any more).</summary>
    Task<bool> SetTriggerFiredAsync(TriggerRecord trigger, DateTimeOffset firedAt, CancellationToken cancellationToken);

    // Instances --------------------------------------------------------------------------------------------------

    /// <summary>Adds an instance, ready to be claimed at once, or claimed already (<see cref="NewInstance.Claim"/>). When its dedupe key was seen before, nothing is added and the id of the instance
    /// that the key started is returned with <c>Created = false</c>.</summary>
    Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken);

    /// <summary>Takes the instance for <paramref name="owner"/>: raises the epoch, counts the claim, sets the lease, and returns the state together with
    /// the inbox messages not consumed yet, oldest first. Null when it does not exist, is finished, is quarantined, another owner's lease still
    /// runs (also when the same owner holds it already), or it was claimed <paramref name="mostClaims"/> times since the count was last reset: then this is
    /// no claim and is not counted.</summary>
    Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken);

    /// <summary>Applies commits in order; the answers are in the same order. See <see cref="InstanceCommit"/>.</summary>
    Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken);

    /// <summary>Inbox messages of a claimed instance that arrived since: all unconsumed ones, oldest first.</summary>
    Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>Extends the leases of the instances that this owner still holds at the given epochs; returns the ids it no longer holds. A lease of
    /// zero gives them up: they may be claimed at once.</summary>
    Task<IReadOnlyList<string>> RenewAsync(string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Ends all leases of an owner that is known to be dead (the same node after a restart). Returns how many.</summary>
    Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Ids of unfinished, not quarantined instances that are due at <paramref name="now"/> and that nobody holds, the longest due first.</summary>
    Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>When the next instance that nobody holds becomes due (which may be in the past), or null.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>Marks an instance quarantined, whoever holds it (raises the epoch), with the reason; or lifts the quarantine, resetting the count of claims.</summary>
    Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken);

    /// <summary>An instance with its state, or null.</summary>
    Task<InstanceRecord?> GetInstanceAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>Instances without their states, in the order that the filter asks for.</summary>
    Task<Page<InstanceRecord>> ListInstancesAsync(InstanceFilter filter, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Those of at most 1,000 instances that are there, without their states, in no order: what somebody who watches many asks every second.</summary>
    Task<IReadOnlyList<InstanceRecord>> FindInstancesAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken);

    /// <summary>Deletes a finished instance with its journal and inbox; false when there is none or it is not finished.</summary>
    Task<bool> DeleteInstanceAsync(string instanceId, CancellationToken cancellationToken);

    // Inbox, bookmarks, outbox, journal --------------------------------------------------------------------------

    /// <summary>Posts a message to an instance and makes it due now. <see cref="PostOutcome.Duplicate"/> when the dedupe key was seen for this instance,
    /// <see cref="PostOutcome.Finished"/> / <see cref="PostOutcome.NotFound"/> when nobody will read it.</summary>
    /// <param name="room">What the inbox may hold with this message; past it <see cref="PostOutcome.Full"/>, nothing is posted. Null: it is always taken.</param>
    Task<PostOutcome> PostAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken);

    /// <summary>Posts a message that is never refused for want of room.</summary>
    Task<PostOutcome> PostAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        PostAsync(instanceId, dedupeKey, payload, null, cancellationToken);

    /// <summary>Posts like <see cref="PostAsync"/>, and to a <see cref="InstanceStatus.Faulted"/> instance, too: in the same transaction that one is made to run on: status
    /// <see cref="InstanceStatus.Suspended"/>, no finish time, due at once, the count of claims reset. State, inbox and dedupe keys stay as they are.</summary>
    Task<PostOutcome> PostAndReopenAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>Bookmarks of unfinished instances with this stimulus hash (and, when given, of instances with this correlation id).</summary>
    Task<IReadOnlyList<BookmarkRecord>> FindBookmarksAsync(string stimulusHash, string? correlationId, CancellationToken cancellationToken);

    /// <summary>Bookmarks of unfinished instances for this kind of stimulus ("task"), those of one instance together.</summary>
    Task<Page<BookmarkRecord>> ListBookmarksAsync(string stimulusName, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Outbox messages, oldest first.</summary>
    Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Removes outbox messages that were delivered.</summary>
    Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>The journal of an instance, oldest first.</summary>
    Task<Page<JournalRecord>> ReadJournalAsync(string instanceId, PageRequest page, CancellationToken cancellationToken);

    // Retention --------------------------------------------------------------------------------------------------

    /// <summary>One step of pruning, in a transaction short enough for others to wait for: deletes instances that ended long enough ago with journal, inbox and bookmarks; start keys
    /// stay. An instance with more rows than a step may delete loses them over several steps, itself last. Kept: what is not over, and children whose parent is still there
    /// and neither finished nor cancelled.</summary>
    Task<PruneResult> PruneInstancesAsync(PruneRequest request, CancellationToken cancellationToken);

    /// <summary>Looks at <paramref name="limit"/> start keys behind <paramref name="after"/> and deletes those that are older than <paramref name="before"/> and whose instance is gone:
    /// from then on they may start another one.</summary>
    Task<PruneKeysResult> PruneStartKeysAsync(DateTimeOffset before, string? after, int limit, CancellationToken cancellationToken);
}

public static class WorkflowStoreClaims
{
    /// <summary>Claims an instance however often it was claimed before.</summary>
    public static Task<ClaimedInstance?> ClaimAsync(
        this IWorkflowStore store, string instanceId, string owner, TimeSpan lease, CancellationToken cancellationToken) =>
        store.ClaimAsync(instanceId, owner, lease, int.MaxValue, cancellationToken);
}
