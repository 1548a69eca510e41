using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Npgsql;

namespace Kairship.Storage.Workflows.PostgreSql;

/// <summary>
/// Commits of many instances in one transaction: the guards, then what the passed ones bring. One round trip when all pass, as they nearly always do.
/// <para>No signal is lost. A guard locks its instance's row until the end, and posting a message locks it too (<see cref="PostgreSqlInstanceLedger"/>).
/// Either the message was committed before the guard got the lock: then the later statement that looks for unseen messages, whose
/// snapshot is newer, sees it. Or it waits for our end: then it finds the instance released and makes it due itself.</para>
/// </summary>
internal sealed class PostgreSqlCommit(NpgsqlDataSource source)
{
    private static readonly string HoldOrUndo = OrUndo(WorkflowSql.CommitAndHold);
    private static readonly string ReleaseOrUndo = OrUndo(WorkflowSql.CommitAndRelease);

    public async Task<IReadOnlyList<CommitOutcome>> ApplyAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken) =>
        commits.Count == 0 ? [] : await PostgreSqlRetry.RunAsync(async () =>
            await TryTogetherAsync(commits, cancellationToken) ? new CommitOutcome[commits.Count] : await ApplyOnceAsync(commits, cancellationToken));

    /// <summary>A guard that finds no row divides by zero, which undoes the transaction.</summary>
    private static string OrUndo(string guard) => $"WITH passed AS ({guard} RETURNING 1) SELECT 1 / count(*) FROM passed";

    /// <summary>All in one batch, which is one transaction. False when some instance has several commits or is fenced: then nothing was done, and they go step by step.</summary>
    private async Task<bool> TryTogetherAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
    {
        var ordered = commits.OrderBy(commit => commit.InstanceId, StringComparer.Ordinal).ToList();
        if (ordered.Zip(ordered.Skip(1)).Any(pair => pair.First.InstanceId == pair.Second.InstanceId))
        {
            return false;
        }

        var batch = source.CreateBatch();
        await using (batch)
        {
            foreach (var commit in ordered)
            {
                Guard(batch, commit.Releases() ? ReleaseOrUndo : HoldOrUndo, commit);
            }

            Bring(batch, ordered);
            try
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
                return true;
            }
            catch (PostgresException fenced) when (fenced.SqlState == PostgresErrorCodes.DivisionByZero)
            {
                return false;
            }
        }
    }

    private async Task<IReadOnlyList<CommitOutcome>> ApplyOnceAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
    {
        var outcomes = new CommitOutcome[commits.Count];
        var connection = await source.OpenConnectionAsync(cancellationToken);
        await using (connection)
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (transaction)
            {
                foreach (var round in Rounds(commits))
                {
                    await GuardAsync(connection, commits, round, outcomes, cancellationToken);
                    var passed = round.Where(i => outcomes[i] == CommitOutcome.Committed).Select(i => commits[i]).ToList();
                    await BringAsync(connection, passed, cancellationToken);
                }

                await transaction.CommitAsync(cancellationToken);
            }
        }

        return outcomes;
    }

    /// <summary>Commits of one instance go one after the other; those of different instances together, in the order of their ids: two nodes that hold old and
    /// new claims of the same instances then cannot wait for each other in a circle.</summary>
    private static IEnumerable<List<int>> Rounds(IReadOnlyList<InstanceCommit> commits) =>
        Enumerable.Range(0, commits.Count)
            .GroupBy(i => commits[i].InstanceId, StringComparer.Ordinal)
            .SelectMany(instance => instance.Select((index, round) => (index, round)))
            .GroupBy(x => x.round, x => x.index)
            .OrderBy(x => x.Key)
            .Select(x => x.OrderBy(i => commits[i].InstanceId, StringComparer.Ordinal).ToList());

    private static async Task GuardAsync(
        NpgsqlConnection connection, IReadOnlyList<InstanceCommit> commits, List<int> round, CommitOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch)
        {
            foreach (var commit in round.Select(i => commits[i]))
            {
                Guard(batch, CommitGuard.Sql(commit), commit);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            for (var i = 0; i < round.Count; i++)
            {
                outcomes[round[i]] = batch.BatchCommands[i].RecordsAffected == 1 ? CommitOutcome.Committed : CommitOutcome.Fenced;
            }
        }
    }

    private static void Guard(NpgsqlBatch batch, string sql, InstanceCommit commit)
    {
        var arguments = batch.Add(sql)
            .Text("id", commit.InstanceId).Long("epoch", commit.Epoch).Bytes("state", commit.State).Int("status", (int)commit.Status)
            .Text("name", StoredText.Clean(commit.Name)).Text("correlation", StoredText.Clean(commit.CorrelationId))
            .Text("text", CommitGuard.Text(commit)).Int("incidents", commit.IncidentCount).Long("at", commit.At.UtcTicks).Long("due", CommitGuard.Due(commit));
        if (commit.Releases())
        {
            arguments.Long("finished", CommitGuard.FinishedAt(commit));
        }
        else
        {
            arguments.Flag("keep", commit.KeepClaims);
        }
    }

    private static void Bring(NpgsqlBatch batch, List<InstanceCommit> passed)
    {
        foreach (var commit in passed.Where(commit => commit.Migrated is not null))
        {
            batch.Add(WorkflowSql.Migrate).Text("id", commit.InstanceId).Text("version", commit.Migrated!.VersionId).Int("number", commit.Migrated.Number);
        }

        Bookmarks(batch, passed);
        Journal(batch, [.. passed.Where(commit => commit.Journal.Count > 0).Select(commit => (commit.InstanceId, commit.Journal))]);
        Trim(batch, [.. passed.Where(commit => commit.JournalTrim is not null)]);
        Outbox(batch, [.. passed.SelectMany(commit => commit.Outbox)]);
        Inbox(batch, passed);
    }

    private static async Task BringAsync(NpgsqlConnection connection, List<InstanceCommit> passed, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using (batch)
        {
            Bring(batch, passed);
            if (batch.BatchCommands.Count > 0)
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private static void Bookmarks(NpgsqlBatch batch, List<InstanceCommit> passed)
    {
        var finished = passed.Where(commit => commit.DropsBookmarks()).Select(commit => commit.InstanceId).ToList();
        if (finished.Count > 0)
        {
            batch.Add("DELETE FROM bookmarks WHERE instance_id = ANY(@instances)").Texts("instances", finished);
        }

        var going = passed.Where(commit => !commit.DropsBookmarks()).ToList();
        var removed = going.SelectMany(commit => commit.RemovedBookmarks.Select(id => (commit.InstanceId, Id: id))).ToList();
        if (removed.Count > 0)
        {
            batch.Add("DELETE FROM bookmarks b USING unnest(@instances, @ids) AS r(instance_id, id) WHERE b.instance_id = r.instance_id AND b.id = r.id")
                .Texts("instances", removed.Select(x => x.InstanceId)).Texts("ids", removed.Select(x => x.Id));
        }

        var added = going.SelectMany(commit => commit.AddedBookmarks.Select(bookmark => bookmark with { InstanceId = commit.InstanceId }))
            .GroupBy(x => (x.InstanceId, x.Id)).Select(same => same.Last()).ToList();
        if (added.Count > 0)
        {
            batch.Add(
                "INSERT INTO bookmarks (instance_id, id, activity_id, stimulus_name, stimulus_hash, correlation_id) " +
                "SELECT * FROM unnest(@instances, @ids, @activities, @names, @hashes, @correlations) ON CONFLICT (instance_id, id) DO UPDATE SET " +
                "activity_id = excluded.activity_id, stimulus_name = excluded.stimulus_name, stimulus_hash = excluded.stimulus_hash, " +
                "correlation_id = excluded.correlation_id")
                .Texts("instances", added.Select(x => x.InstanceId)).Texts("ids", added.Select(x => x.Id))
                .Texts("activities", added.Select(x => x.ActivityId)).Texts("names", added.Select(x => StoredText.Clean(x.StimulusName)))
                .Texts("hashes", added.Select(x => x.StimulusHash)).Texts("correlations", added.Select(x => StoredText.Clean(x.CorrelationId)));
        }
    }

    private static void Journal(NpgsqlBatch batch, List<(string InstanceId, IReadOnlyList<JournalRecord> Lines)> chunks)
    {
        if (chunks.Count > 0)
        {
            batch.Add("INSERT INTO journal_chunks (instance_id, sequence, count, lines) SELECT * FROM unnest(@instances, @sequences, @counts, @lines) ON CONFLICT DO NOTHING")
                .Texts("instances", chunks.Select(x => x.InstanceId)).Longs("sequences", chunks.Select(x => x.Lines[0].Sequence))
                .Ints("counts", chunks.Select(x => x.Lines.Count))
                .Blobs("lines", chunks.Select(x => (ReadOnlyMemory<byte>)JournalChunk.Write(x.InstanceId, x.Lines)));
        }
    }

    private static void Trim(NpgsqlBatch batch, List<InstanceCommit> commits)
    {
        foreach (var commit in commits)
        {
            batch.Add(WorkflowSql.TrimJournal).Text("instance", commit.InstanceId).Long("after", commit.JournalTrim!.After).Long("upto", commit.JournalTrim.UpTo);
        }

        Journal(batch, [.. commits.Select(commit => (commit.InstanceId, (IReadOnlyList<JournalRecord>)[commit.JournalTrim!.Marker]))]);
    }

    private static void Outbox(NpgsqlBatch batch, List<OutboxMessage> messages)
    {
        if (messages.Count == 0)
        {
            return;
        }

        batch.Add(
            "INSERT INTO outbox (id, instance_id, kind, payload) SELECT id, instance_id, kind, payload FROM " +
            "unnest(@ids, @instances, @kinds, @payloads) WITH ORDINALITY AS m(id, instance_id, kind, payload, place) ORDER BY place ON CONFLICT DO NOTHING")
            .Texts("ids", messages.Select(x => x.Id)).Texts("instances", messages.Select(x => x.InstanceId))
            .Texts("kinds", messages.Select(x => x.Kind)).Blobs("payloads", messages.Select(x => x.Payload));
    }

    private static void Inbox(NpgsqlBatch batch, List<InstanceCommit> passed)
    {
        var consumed = passed.SelectMany(commit => commit.ConsumedInbox.Select(id => (commit.InstanceId, Id: id))).ToList();
        if (consumed.Count > 0)
        {
            batch.Add(
                "UPDATE inbox SET consumed = true, payload = ''::bytea FROM unnest(@instances, @ids) AS c(instance_id, id) " +
                "WHERE inbox.id = c.id AND inbox.instance_id = c.instance_id")
                .Texts("instances", consumed.Select(x => x.InstanceId)).Longs("ids", consumed.Select(x => x.Id));
        }

        var released = passed.Where(commit => commit.MayGoOn()).ToList();
        if (released.Count > 0)
        {
            batch.Add(WorkflowSql.WakeAllForUnseen).Texts("released", released.Select(x => x.InstanceId)).Longs("seen", released.SelectMany(x => x.SeenInbox));
        }
    }
}
