namespace Kairship.Workflows.Storage;

/// <summary>
/// A real store that forgets everything with the process: for tests, rehearsals and embedding. One lock; everything handed out or taken in is a copy.
/// </summary>
public sealed partial class InMemoryWorkflowStore(TimeProvider time) : IWorkflowStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Row> rows = [];
    private readonly Dictionary<string, (string InstanceId, DateTimeOffset At)> startedByKey = [];
    private readonly SortedSet<(DateTimeOffset Due, long Order, string Id)> due = [];
    private readonly Dictionary<string, Dictionary<string, BookmarkRecord>> bookmarksByHash = [];
    private readonly LinkedList<OutboxMessage> outbox = [];
    private long nextOrder;
    private long nextMessage;

    public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (instance.DedupeKey is { } key && startedByKey.TryGetValue(key, out var earlier))
            {
                return Task.FromResult(new CreateResult(earlier.InstanceId, false));
            }

            var row = new Row(NewRecord(instance), ++nextOrder);
            if (!rows.TryAdd(instance.Id, row))
            {
                throw new InvalidOperationException($"There is an instance '{instance.Id}' already.");
            }

            if (instance.DedupeKey is { } fresh)
            {
                startedByKey[fresh] = (instance.Id, instance.CreatedAt);
            }

            SetDue(row, instance.CreatedAt);
            if (instance.Claim is { } claim)
            {
                Hold(row, claim.Owner, claim.Lease);
            }

            return Task.FromResult(new CreateResult(instance.Id, true));
        }
    }

    public Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(instanceId, out var row) || row.IsFinished || row.Record.QuarantineReason is not null || row.Claims >= mostClaims || IsHeld(row))
            {
                return Task.FromResult<ClaimedInstance?>(null);
            }

            Hold(row, owner, lease);
            return Task.FromResult<ClaimedInstance?>(new ClaimedInstance(Copy(row), row.Record.Epoch, row.Claims, Inbox(row)));
        }
    }

    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<CommitOutcome>>(commits.Select(Apply).ToArray());
        }
    }

    public Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(rows.TryGetValue(instanceId, out var row) ? Inbox(row) : []);
        }
    }

    public Task<IReadOnlyList<string>> RenewAsync(string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var lost = new List<string>();
            foreach (var (id, epoch) in held)
            {
                if (rows.TryGetValue(id, out var row) && row.Record.Epoch == epoch && row.Record.Owner == owner)
                {
                    row.LeaseUntil = time.GetUtcNow() + lease;
                }
                else
                {
                    lost.Add(id);
                }
            }

            return Task.FromResult<IReadOnlyList<string>>(lost);
        }
    }

    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var held = rows.Values.Where(r => r.Record.Owner == owner).ToList();
            held.ForEach(Release);
            return Task.FromResult(held.Count);
        }
    }

    public Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var found = due.TakeWhile(d => d.Due <= now).Where(d => !IsHeld(rows[d.Id])).Take(limit).Select(d => d.Id).ToArray();
            return Task.FromResult<IReadOnlyList<string>>(found);
        }
    }

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            foreach (var (at, _, id) in due)
            {
                if (!IsHeld(rows[id]))
                {
                    return Task.FromResult<DateTimeOffset?>(at);
                }
            }

            return Task.FromResult<DateTimeOffset?>(null);
        }
    }

    public Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(instanceId, out var row) || row.IsFinished || (reason is null && row.Record.QuarantineReason is null))
            {
                return Task.FromResult(false);
            }

            Release(row);
            row.Claims = 0;
            row.Record = row.Record with { QuarantineReason = reason, Epoch = row.Record.Epoch + 1 };
            SetDue(row, reason is null ? time.GetUtcNow() : row.Record.DueAt);
            return Task.FromResult(true);
        }
    }

    public Task<PostOutcome> PostAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken) =>
        Task.FromResult(Post(instanceId, dedupeKey, payload, room, reopen: false));

    public Task<PostOutcome> PostAndReopenAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Task.FromResult(Post(instanceId, dedupeKey, payload, null, reopen: true));

    public Task<IReadOnlyList<BookmarkRecord>> FindBookmarksAsync(string stimulusHash, string? correlationId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            IReadOnlyList<BookmarkRecord> found = bookmarksByHash.TryGetValue(stimulusHash, out var waiting)
                ? [.. waiting.Values.Where(b => !rows[b.InstanceId].IsFinished && (correlationId is null || rows[b.InstanceId].Record.CorrelationId == correlationId))]
                : [];
            return Task.FromResult(found);
        }
    }

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<OutboxMessage>>(outbox.Take(limit).ToArray());
        }
    }

    public Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var gone = ids.ToHashSet();
            for (var node = outbox.First; node is not null;)
            {
                var next = node.Next;
                if (gone.Contains(node.Value.Id))
                {
                    outbox.Remove(node);
                }

                node = next;
            }
        }

        return Task.CompletedTask;
    }
}
