using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows;

/// <summary>The engine's hot path: plain SQL, one implementation a database. The words are those of <see cref="IWorkflowStore"/>.</summary>
internal interface IInstanceLedger
{
    Task<CreateResult> CreateAsync(NewInstance instance, CancellationToken cancellationToken);

    Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken);

    Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken);

    Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> RenewAsync(string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken);

    Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken);

    Task<PostOutcome> PostAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken);

    Task<PostOutcome> PostAndReopenAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken);

    Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);
}
