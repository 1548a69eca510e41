namespace Kairship.Workflows.Storage;

/// <content>Rows, the application of one commit, and the due index. Everything here runs under the lock.</content>
public sealed partial class InMemoryWorkflowStore
{
    private sealed class Row(InstanceRecord record, long order)
    {
        public InstanceRecord Record { get; set; } = record;
        public long Order { get; } = order;
        public int Claims { get; set; }
        public DateTimeOffset LeaseUntil { get; set; }
        public HashSet<string> SeenKeys { get; } = [];
        public SortedDictionary<long, InboxMessage> Inbox { get; } = [];
        public Dictionary<string, BookmarkRecord> Bookmarks { get; } = [];
        public List<JournalRecord> Journal { get; } = [];
        public (DateTimeOffset Due, long Order, string Id)? DueEntry { get; set; }
        public bool IsFinished => Record.Status is InstanceStatus.Finished or InstanceStatus.Cancelled or InstanceStatus.Faulted;
    }

    private static InstanceRecord NewRecord(NewInstance i) => new(
        i.Id, i.DefinitionId, i.DefinitionVersionId, i.DefinitionVersion, i.Name, i.CorrelationId, i.ParentInstanceId, InstanceStatus.Pending, 0, null, 0, null,
        i.CreatedAt, i.CreatedAt, i.CreatedAt, null, i.State.ToArray());

    private static InstanceRecord Copy(Row row) => row.Record with { State = row.Record.State.ToArray(), Claims = row.Claims };

    private static IReadOnlyList<InboxMessage> Inbox(Row row) => [.. row.Inbox.Values.Select(m => m with { Payload = m.Payload.ToArray() })];

    private bool IsHeld(Row row) => row.Record.Owner is not null && row.LeaseUntil > time.GetUtcNow();

    private void Hold(Row row, string owner, TimeSpan lease)
    {
        row.Claims++;
        row.LeaseUntil = time.GetUtcNow() + lease;
        row.Record = row.Record with { Epoch = row.Record.Epoch + 1, Owner = owner };
    }

    private static void Release(Row row)
    {
        row.LeaseUntil = default;
        row.Record = row.Record with { Owner = null };
    }

    private void SetDue(Row row, DateTimeOffset? at)
    {
        if (row.DueEntry is { } old)
        {
            due.Remove(old);
        }

        row.Record = row.Record with { DueAt = row.IsFinished ? null : at };
        row.DueEntry = row.Record is { DueAt: { } next, QuarantineReason: null } ? (next, row.Order, row.Record.Id) : null;
        if (row.DueEntry is { } entry)
        {
            due.Add(entry);
        }
    }

    private PostOutcome Post(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, bool reopen)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(instanceId, out var row))
            {
                return PostOutcome.NotFound;
            }

            if (row.SeenKeys.Contains(dedupeKey))
            {
                return PostOutcome.Duplicate;
            }

            if (reopen && row.Record.Status == InstanceStatus.Faulted)
            {
                Release(row);
                row.Claims = 0;
                row.Record = row.Record with { Status = InstanceStatus.Suspended, FinishedAt = null };
            }

            if (row.IsFinished)
            {
                return PostOutcome.Finished;
            }

            if (room is not null && (row.Inbox.Count >= room.Messages || row.Inbox.Values.Sum(m => (long)m.Payload.Length) + payload.Length > room.Bytes))
            {
                return PostOutcome.Full;
            }

            row.SeenKeys.Add(dedupeKey);
            row.Inbox.Add(++nextMessage, new InboxMessage(nextMessage, dedupeKey, payload.ToArray()));
            SetDue(row, time.GetUtcNow());
            return PostOutcome.Posted;
        }
    }

    private CommitOutcome Apply(InstanceCommit commit)
    {
        if (!rows.TryGetValue(commit.InstanceId, out var row) || row.Record.Epoch != commit.Epoch)
        {
            return CommitOutcome.Fenced;
        }

        var finished = commit.Status is InstanceStatus.Finished or InstanceStatus.Cancelled or InstanceStatus.Faulted;
        row.Claims = commit.KeepClaims ? row.Claims : 0;
        row.Record = row.Record with
        {
            State = commit.State.ToArray(),
            DefinitionVersionId = commit.Migrated?.VersionId ?? row.Record.DefinitionVersionId,
            DefinitionVersion = commit.Migrated?.Number ?? row.Record.DefinitionVersion,
            Status = commit.Status,
            Name = commit.Name,
            CorrelationId = commit.CorrelationId,
            IncidentCount = commit.IncidentCount,
            UpdatedAt = commit.At,
            FinishedAt = finished ? commit.At : null,
        };
        ApplyMessages(row, commit);
        var unseen = commit.Release && row.Inbox.Keys.Except(commit.SeenInbox).Any();
        if (unseen && row.Record.Status == InstanceStatus.Faulted)
        {
            row.Record = row.Record with { Status = InstanceStatus.Suspended, FinishedAt = null };
        }

        SetDue(row, unseen ? time.GetUtcNow() : commit.DueAt);
        if (commit.Release)
        {
            Release(row);
        }

        return CommitOutcome.Committed;
    }

    private void ApplyMessages(Row row, InstanceCommit commit)
    {
        foreach (var id in commit.RemovedBookmarks)
        {
            RemoveBookmark(row, id);
        }

        foreach (var bookmark in commit.AddedBookmarks)
        {
            row.Bookmarks[bookmark.Id] = bookmark;
            if (!bookmarksByHash.TryGetValue(bookmark.StimulusHash, out var waiting))
            {
                bookmarksByHash[bookmark.StimulusHash] = waiting = [];
            }

            waiting[bookmark.Id] = bookmark;
        }

        foreach (var id in commit.ConsumedInbox)
        {
            row.Inbox.Remove(id);
        }

        row.Journal.AddRange(commit.Journal);
        if (commit.JournalTrim is { } trim)
        {
            row.Journal.RemoveAll(j => j.Sequence > trim.After && j.Sequence <= trim.UpTo);
            row.Journal.Insert(row.Journal.TakeWhile(j => j.Sequence < trim.UpTo).Count(), trim.Marker);
        }

        foreach (var message in commit.Outbox)
        {
            outbox.AddLast(message with { Payload = message.Payload.ToArray() });
        }
    }

    private void RemoveBookmark(Row row, string id)
    {
        if (row.Bookmarks.Remove(id, out var bookmark) && bookmarksByHash.TryGetValue(bookmark.StimulusHash, out var waiting))
        {
            waiting.Remove(id);
            if (waiting.Count == 0)
            {
                bookmarksByHash.Remove(bookmark.StimulusHash);
            }
        }
    }
}
