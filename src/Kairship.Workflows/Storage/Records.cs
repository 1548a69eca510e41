namespace Kairship.Workflows.Storage;

/// <summary>A page of a longer list. <see cref="Total"/> counts all that match, not only this page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, long Total);

/// <summary>Skip and take; take is at most 1,000.</summary>
public sealed record PageRequest(int Skip = 0, int Take = 100);

/// <summary>Which version of a definition.</summary>
public readonly record struct VersionOption(bool Published, bool Latest, int? Number)
{
    public static VersionOption PublishedOnly => new(true, false, null);
    public static VersionOption LatestOnly => new(false, true, null);
    public static VersionOption Exactly(int number) => new(false, false, number);
}

/// <summary>One version of a definition as stored. <see cref="ContentHash"/> is lower-case hex SHA-256 of the canonical JSON without what a save changes by itself.</summary>
public sealed record DefinitionRecord(
    string VersionId, string DefinitionId, int Version, string? Name, string? Description, bool IsLatest, bool IsPublished,
    string ContentHash, string Json, DateTimeOffset CreatedAt)
{
    /// <summary>It was published, or an instance was started from it: its content never changes again. A version that is not frozen is a draft.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>What the document says of itself, kept for lists.</summary>
    public bool IsReadonly { get; init; }

    /// <inheritdoc cref="IsReadonly"/>
    public bool IsSystem { get; init; }
}

/// <summary>What starts instances of a published definition: a stimulus with this hash, at this activity. <see cref="Data"/> is JSON or null. One for each definition,
/// activity and hash.</summary>
public sealed record TriggerRecord(
    string DefinitionId, string VersionId, string ActivityId, string StimulusName, string StimulusKey, string StimulusHash, string? Data,
    DateTimeOffset PublishedAt, DateTimeOffset? FiredAt = null);

/// <summary>Where a definition stands: what a change of it was decided on.</summary>
public sealed record DefinitionHead(string? LatestVersionId, string? LatestHash, bool LatestIsFrozen, string? PublishedVersionId)
{
    public static DefinitionHead Of(DefinitionRecord? latest, DefinitionRecord? published) =>
        new(latest?.VersionId, latest?.ContentHash, latest?.IsFrozen == true, published?.VersionId);
}

/// <summary>A change of one definition: all of it or nothing, and nothing when the definition is not where it was seen.</summary>
public sealed record DefinitionCommit
{
    public required string DefinitionId { get; init; }

    /// <summary>Where the definition stood when this was decided.</summary>
    public required DefinitionHead Expected { get; init; }

    /// <summary>The version to add or replace, with its <see cref="Starts"/>, as <see cref="IWorkflowStore.SaveDefinitionAsync"/> does; or null.</summary>
    public DefinitionRecord? Saved { get; init; }

    public IReadOnlyList<TriggerRecord> Starts { get; init; } = [];

    /// <summary>The version to delete, with its triggers, or null. When the latest one goes, the one with the highest number becomes latest.</summary>
    public string? Deleted { get; init; }
}

public enum DefinitionCommitOutcome
{
    Committed,

    /// <summary>The definition was changed since: nothing was done; read it again and decide again.</summary>
    Conflict,

    /// <summary>Instances that are not over, or faulted ones that may be retried, run by a version that was to be deleted, or another definition that may run uses it as an activity: nothing was done.</summary>
    InUse,
}

public enum DefinitionDeletion
{
    Deleted,
    NotFound,

    /// <summary>Instances that are not over, or faulted ones that may be retried, run by it, or another definition that may run uses it as an activity.</summary>
    InUse,
}

/// <summary>Elsa's two words for where an instance stands, in one: Running is anything before the last three.</summary>
public enum InstanceStatus
{
    /// <summary>Created, nothing has run yet.</summary>
    Pending,

    /// <summary>Has work that can go on now.</summary>
    Executing,

    /// <summary>Waits for a bookmark or a time.</summary>
    Suspended,

    /// <summary>An operator paused it.</summary>
    Paused,

    Finished,
    Cancelled,
    Faulted,
}

/// <summary>An instance about to be added. <see cref="State"/> is the engine's serialised snapshot: opaque to stores.</summary>
public sealed record NewInstance(
    string Id, string DefinitionId, string DefinitionVersionId, int DefinitionVersion, string? Name, string? CorrelationId,
    string? ParentInstanceId, ReadOnlyMemory<byte> State, string? DedupeKey, DateTimeOffset CreatedAt)
{
    /// <summary>Set: the instance is added as claimed already, epoch and claims at 1, by the node that is about to run it. That saves a write.</summary>
    public FirstClaim? Claim { get; init; }

    /// <summary>What <see cref="IWorkflowStore.ClaimAsync"/> would have returned for it. Nobody can have posted a message before it was there.</summary>
    internal ClaimedInstance AsClaimed() => new(
        new InstanceRecord(
            Id, DefinitionId, DefinitionVersionId, DefinitionVersion, Name, CorrelationId, ParentInstanceId, InstanceStatus.Pending, 0, null, 1, Claim?.Owner,
            CreatedAt, CreatedAt, CreatedAt, null, State, Claims: 1),
        Epoch: 1, Claims: 1, Inbox: []);
}

/// <summary>Who claims an instance as it is created, and for how long.</summary>
public sealed record FirstClaim(string Owner, TimeSpan Lease);

/// <param name="InstanceId">The new instance, or the one that the dedupe key started before.</param>
public sealed record CreateResult(string InstanceId, bool Created);

/// <summary>An instance held by a claim. <see cref="Claims"/> counts claims since the last commit that reset the count (poison detection).</summary>
public sealed record ClaimedInstance(InstanceRecord Instance, long Epoch, int Claims, IReadOnlyList<InboxMessage> Inbox);

public readonly record struct HeldInstance(string InstanceId, long Epoch);

/// <summary>An instance as stored. <see cref="State"/> is empty in lists. <see cref="Claims"/> counts claims since the last commit that reset the count.</summary>
public sealed record InstanceRecord(
    string Id, string DefinitionId, string DefinitionVersionId, int DefinitionVersion, string? Name, string? CorrelationId,
    string? ParentInstanceId, InstanceStatus Status, int IncidentCount, string? QuarantineReason, long Epoch, string? Owner, DateTimeOffset? DueAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt, ReadOnlyMemory<byte> State,
    int Claims = 0);

/// <summary>A wait: who is resumed by a stimulus with this hash.</summary>
public sealed record BookmarkRecord(string Id, string InstanceId, string ActivityId, string StimulusName, string StimulusHash, string? CorrelationId);

/// <summary>A message to an instance. <see cref="Id"/> grows in the order of posting within one instance.</summary>
public sealed record InboxMessage(long Id, string DedupeKey, ReadOnlyMemory<byte> Payload);

/// <summary>A message that an instance sends when it commits; delivered at least once after that, its id being the dedupe key.</summary>
public sealed record OutboxMessage(string Id, string InstanceId, string Kind, ReadOnlyMemory<byte> Payload);

/// <summary>A line for people: what an activity did. Never read back by the engine. <see cref="Data"/> is JSON or null.</summary>
public sealed record JournalRecord(
    string InstanceId, long Sequence, DateTimeOffset At, string? ActivityId, string? NodeId, string? ActivityType, string? ExecutionId,
    string Event, string? Message, string? Data);

/// <summary>
/// One transition of an instance: all of it or nothing. The first statement is guarded by id and epoch; no row means another owner
/// has it, and nothing of this commit may remain. A good commit resets the count of claims unless <see cref="KeepClaims"/> says otherwise.
/// </summary>
public sealed record InstanceCommit
{
    public required string InstanceId { get; init; }
    public required long Epoch { get; init; }
    public required ReadOnlyMemory<byte> State { get; init; }
    public required InstanceStatus Status { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? Name { get; init; }
    public string? CorrelationId { get; init; }
    public int IncidentCount { get; init; }

    /// <summary>The version that the instance goes on by, when it is another than at the claim.</summary>
    public MigratedVersion? Migrated { get; init; }

    /// <summary>When the instance wants to run again without being signalled; null: not before a message arrives.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Gives the claim up in the same transaction. Also true for a finished instance. If the inbox then holds a message whose id is not in
    /// <see cref="SeenInbox"/>, the instance is due at once, whatever <see cref="DueAt"/> says, and a faulted one is
    /// reopened: no signal and no command is lost between reading and releasing.</summary>
    public bool Release { get; init; }

    /// <summary>The count of claims stays: what was under way when the instance was claimed has not ended yet, and may be what brings its node down.</summary>
    public bool KeepClaims { get; init; }

    public IReadOnlyList<BookmarkRecord> AddedBookmarks { get; init; } = [];
    public IReadOnlyList<string> RemovedBookmarks { get; init; } = [];
    public IReadOnlyList<JournalRecord> Journal { get; init; } = [];

    /// <summary>Applied after <see cref="Journal"/> was added.</summary>
    public JournalTrim? JournalTrim { get; init; }
    public IReadOnlyList<OutboxMessage> Outbox { get; init; } = [];
    public IReadOnlyList<long> ConsumedInbox { get; init; } = [];
    public IReadOnlyList<long> SeenInbox { get; init; } = [];
}

public sealed record MigratedVersion(string VersionId, int Number);

public enum CommitOutcome
{
    Committed,

    /// <summary>Another owner has claimed the instance since: nothing was changed; forget the memory, never retry.</summary>
    Fenced,
}

public enum PostOutcome
{
    Posted,
    Duplicate,
    Finished,
    NotFound,

    /// <summary>Refused: too many messages, or too many bytes, wait in the instance's inbox for somebody who wants them. Later there may be room.</summary>
    Full,

    /// <summary>Refused: the message, or a name in it, is larger than allowed.</summary>
    TooLarge,
}
