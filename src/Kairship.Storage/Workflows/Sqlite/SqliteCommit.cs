using System.Text.Json;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows.Sqlite;

/// <summary>One commit inside the writer's transaction. Nobody else writes meanwhile, so nothing can slip in between its statements.</summary>
internal static class SqliteCommit
{
    public static CommitOutcome Apply(SqliteSession session, InstanceCommit commit)
    {
        if (Guard(session, commit) == 0)
        {
            return CommitOutcome.Fenced;
        }

        if (commit.Migrated is { } version)
        {
            session.Execute(WorkflowSql.Migrate, ("@id", commit.InstanceId), ("@version", version.VersionId), ("@number", version.Number));
        }

        Bookmarks(session, commit);
        Journal(session, commit.InstanceId, commit.Journal);
        if (commit.JournalTrim is { } trim)
        {
            Trim(session, commit.InstanceId, trim);
        }

        foreach (var message in commit.Outbox)
        {
            session.Execute(
                "INSERT INTO outbox (id, instance_id, kind, payload) VALUES (@id, @instance, @kind, @payload) ON CONFLICT DO NOTHING",
                ("@id", message.Id), ("@instance", message.InstanceId), ("@kind", message.Kind), ("@payload", Bytes.Of(message.Payload)));
        }

        Inbox(session, commit);
        return CommitOutcome.Committed;
    }

    private static int Guard(SqliteSession session, InstanceCommit commit) => session.Execute(
        CommitGuard.Sql(commit),
        ("@id", commit.InstanceId), ("@epoch", commit.Epoch), ("@state", Bytes.Of(commit.State)), ("@status", (int)commit.Status),
        ("@name", StoredText.Clean(commit.Name)), ("@correlation", StoredText.Clean(commit.CorrelationId)), ("@text", CommitGuard.Text(commit)),
        ("@incidents", commit.IncidentCount), ("@at", commit.At.UtcTicks), ("@due", CommitGuard.Due(commit)),
        ("@finished", CommitGuard.FinishedAt(commit)), ("@keep", commit.KeepClaims ? 1 : 0));

    private static void Bookmarks(SqliteSession session, InstanceCommit commit)
    {
        if (commit.DropsBookmarks())
        {
            session.Execute("DELETE FROM bookmarks WHERE instance_id = @instance", ("@instance", commit.InstanceId));
            return;
        }

        foreach (var id in commit.RemovedBookmarks)
        {
            session.Execute("DELETE FROM bookmarks WHERE instance_id = @instance AND id = @id", ("@instance", commit.InstanceId), ("@id", id));
        }

        foreach (var bookmark in commit.AddedBookmarks)
        {
            session.Execute(
                "INSERT OR REPLACE INTO bookmarks (instance_id, id, activity_id, stimulus_name, stimulus_hash, correlation_id) " +
                "VALUES (@instance, @id, @activity, @name, @hash, @correlation)",
                ("@instance", commit.InstanceId), ("@id", bookmark.Id), ("@activity", bookmark.ActivityId),
                ("@name", StoredText.Clean(bookmark.StimulusName)), ("@hash", bookmark.StimulusHash),
                ("@correlation", StoredText.Clean(bookmark.CorrelationId)));
        }
    }

    private static void Journal(SqliteSession session, string instanceId, IReadOnlyList<JournalRecord> lines)
    {
        if (lines.Count > 0)
        {
            session.Execute(
                "INSERT INTO journal_chunks (instance_id, sequence, count, lines) VALUES (@instance, @sequence, @count, @lines) ON CONFLICT DO NOTHING",
                ("@instance", instanceId), ("@sequence", lines[0].Sequence), ("@count", lines.Count),
                ("@lines", JournalChunk.Write(instanceId, lines)));
        }
    }

    private static void Trim(SqliteSession session, string instanceId, JournalTrim trim)
    {
        session.Execute(WorkflowSql.TrimJournal, ("@instance", instanceId), ("@after", trim.After), ("@upto", trim.UpTo));
        Journal(session, instanceId, [trim.Marker]);
    }

    private static void Inbox(SqliteSession session, InstanceCommit commit)
    {
        foreach (var id in commit.ConsumedInbox)
        {
            session.Execute(
                "UPDATE inbox SET consumed = 1, payload = x'' WHERE id = @id AND instance_id = @instance", ("@id", id), ("@instance", commit.InstanceId));
        }

        if (commit.MayGoOn())
        {
            session.Execute(
                WorkflowSql.WakeForUnseen, ("@id", commit.InstanceId), ("@seen", JsonSerializer.Serialize(commit.SeenInbox)));
        }
    }
}
