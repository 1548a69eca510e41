using System.Data.Common;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Npgsql;

namespace Kairship.Storage.Workflows.PostgreSql;

/// <summary>The hot path on PostgreSQL. Leases are measured by the server's clock, so the nodes' clocks need not agree.</summary>
internal sealed class PostgreSqlInstanceLedger(NpgsqlDataSource source) : IInstanceLedger
{
    private static readonly WorkflowSql Sql = new(TicksOf("clock_timestamp()"), TicksOf("statement_timestamp()"));

    /// <summary>One statement: the key decides, and a concurrent user of the same key waits for this one's end.</summary>
    private static readonly string Create =
        "WITH keyed AS (INSERT INTO start_keys (key, instance_id, created_at) SELECT @key, @id, @at WHERE @key IS NOT NULL " +
        $"ON CONFLICT DO NOTHING RETURNING 1), created AS ({Sql.NewInstance} " +
        "WHERE @key IS NULL OR EXISTS (SELECT 1 FROM keyed) RETURNING 1) SELECT count(*) FROM created";

    /// <summary>The row of the instance is locked before the message gets its number: numbers grow in the order of posting, and a commit that releases either
    /// sees the message or is waited for.</summary>
    private static readonly string Post = PostAnd(WorkflowSql.MakeDue);

    private static readonly string PostAndReopen = PostAnd(WorkflowSql.ReopenAndMakeDue);

    private static string PostAnd(string makeDue) =>
        $"WITH target AS ({makeDue} AND NOT EXISTS (SELECT 1 FROM inbox WHERE instance_id = @id AND dedupe_key = @key) AND {WorkflowSql.HasRoom} RETURNING id), " +
        "posted AS (INSERT INTO inbox (instance_id, dedupe_key, payload, consumed) SELECT id, @key, @payload, false FROM target " +
        "ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM posted";

    /// <summary>Rows are locked in the order of their ids everywhere, so that nobody waits in a circle.</summary>
    private static readonly string Renew =
        "WITH held AS (SELECT i.id FROM instances i JOIN unnest(@ids, @epochs) AS h(id, epoch) ON i.id = h.id AND i.epoch = h.epoch " +
        "WHERE i.owner = @owner ORDER BY i.id COLLATE \"C\" FOR UPDATE OF i) " +
        $"UPDATE instances SET wake_at = {TicksOf("clock_timestamp()")} + @lease FROM held WHERE instances.id = held.id RETURNING instances.id";

    private static readonly string LockOwned =
        "SELECT id FROM instances WHERE wake_at IS NOT NULL AND quarantine_reason IS NULL AND owner = @owner ORDER BY id COLLATE \"C\" FOR UPDATE";

    public async Task<CreateResult> CreateAsync(NewInstance instance, CancellationToken cancellationToken)
    {
        var key = StoredText.Clean(instance.DedupeKey);
        var created = await ScalarAsync<long>(
            Create,
            arguments => arguments.Text("key", key).Text("id", instance.Id).Long("at", instance.CreatedAt.UtcTicks)
                .Text("definition", instance.DefinitionId).Text("version_id", instance.DefinitionVersionId).Int("version", instance.DefinitionVersion)
                .Text("name", StoredText.Clean(instance.Name)).Text("correlation", StoredText.Clean(instance.CorrelationId))
                .Text("parent", instance.ParentInstanceId).Text("text", CommitGuard.Text(instance)).Bytes("state", instance.State).Int("claims", instance.Claim is null ? 0 : 1)
                .Text("owner", instance.Claim?.Owner).Long("lease", instance.Claim?.Lease.Ticks),
            cancellationToken);
        if (created == 1)
        {
            return new CreateResult(instance.Id, Created: true);
        }

        var first = await QueryAsync(
            "SELECT instance_id FROM start_keys WHERE key = @key", row => row.GetString(0), arguments => arguments.Text("key", key), cancellationToken);
        return new CreateResult(first[0], Created: false);
    }

    /// <summary>Both statements go in one round trip and one transaction; the second has a snapshot of its own, taken with the row locked.</summary>
    public async Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken)
    {
        var batch = source.CreateBatch();
        await using (batch)
        {
            batch.Add(Sql.Claim).Text("id", instanceId).Text("owner", owner).Long("lease", lease.Ticks).Int("most", mostClaims);
            batch.Add(WorkflowSql.ReadInbox).Text("id", instanceId);
            var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await using (reader)
            {
                if (!await reader.ReadAsync(cancellationToken))
                {
                    return null;
                }

                var instance = WorkflowSql.ReadInstance(reader);
                var claims = WorkflowSql.ReadClaims(reader);
                await reader.NextResultAsync(cancellationToken);
                return new ClaimedInstance(instance, instance.Epoch, claims, await ReadAllAsync(reader, WorkflowSql.ReadMessage, cancellationToken));
            }
        }
    }

    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken) =>
        new PostgreSqlCommit(source).ApplyAsync(commits, cancellationToken);

    public Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken) =>
        QueryAsync(WorkflowSql.ReadInbox, WorkflowSql.ReadMessage, arguments => arguments.Text("id", instanceId), cancellationToken);

    public async Task<IReadOnlyList<string>> RenewAsync(
        string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken)
    {
        var renewed = await PostgreSqlRetry.RunAsync(() => QueryAsync(
            Renew,
            row => row.GetString(0),
            arguments => arguments.Texts("ids", held.Select(x => x.InstanceId)).Longs("epochs", held.Select(x => x.Epoch))
                .Text("owner", owner).Long("lease", lease.Ticks),
            cancellationToken));
        var kept = renewed.ToHashSet(StringComparer.Ordinal);
        return [.. held.Select(x => x.InstanceId).Where(id => !kept.Contains(id))];
    }

    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken) => PostgreSqlRetry.RunAsync(
        async () =>
        {
            var batch = source.CreateBatch();
            await using (batch)
            {
                batch.Add(LockOwned).Text("owner", owner);
                batch.Add(WorkflowSql.ReleaseOwner).Text("owner", owner);
                await batch.ExecuteNonQueryAsync(cancellationToken);
                return (int)batch.BatchCommands[1].RecordsAffected;
            }
        });

    public Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        QueryAsync(Sql.FindDue, row => row.GetString(0), arguments => arguments.Long("now", now.UtcTicks).Int("limit", limit), cancellationToken);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await QueryAsync(Sql.NextDue, row => row.GetInt64(0), _ => { }, cancellationToken) is [var next] ? Ticks.ToTime(next) : null;

    public async Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken) => 1 == (reason is null
        ? await ExecuteAsync(WorkflowSql.LiftQuarantine, arguments => arguments.Text("id", instanceId), cancellationToken)
        : await ExecuteAsync(
            WorkflowSql.Quarantine, arguments => arguments.Text("id", instanceId).Text("reason", StoredText.Clean(reason)), cancellationToken));

    public Task<PostOutcome> PostAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken) =>
        PostAsync(Post, instanceId, dedupeKey, payload, room, cancellationToken);

    public Task<PostOutcome> PostAndReopenAsync(string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        PostAsync(PostAndReopen, instanceId, dedupeKey, payload, null, cancellationToken);

    private async Task<PostOutcome> PostAsync(
        string statement, string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken)
    {
        var posted = await ScalarAsync<long>(
            statement,
            arguments => arguments.Text("id", instanceId).Text("key", StoredText.Clean(dedupeKey)).Bytes("payload", payload)
                .Long("messages", room?.Messages).Long("bytes", room?.Bytes - payload.Length),
            cancellationToken);
        if (posted == 1)
        {
            return PostOutcome.Posted;
        }

        return WorkflowSql.ReadWhyNotPosted(await QueryAsync(
            WorkflowSql.WhyNotPosted,
            row => row.GetInt32(0),
            arguments => arguments.Text("id", instanceId).Text("key", StoredText.Clean(dedupeKey)),
            cancellationToken));
    }

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        QueryAsync(WorkflowSql.ReadOutbox, WorkflowSql.ReadOutboxMessage, arguments => arguments.Int("limit", limit), cancellationToken);

    public Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM outbox WHERE id = ANY(@ids)", arguments => arguments.Texts("ids", ids), cancellationToken);

    private static string TicksOf(string timestamp) => $"((extract(epoch FROM {timestamp}) * 10000000)::bigint + 621355968000000000)";

    private async Task<T> ScalarAsync<T>(string sql, Action<NpgsqlParameterCollection> arguments, CancellationToken cancellationToken)
        where T : struct =>
        (await QueryAsync(sql, row => row.GetFieldValue<T>(0), arguments, cancellationToken))[0];

    private async Task<int> ExecuteAsync(string sql, Action<NpgsqlParameterCollection> arguments, CancellationToken cancellationToken)
    {
        var command = source.CreateCommand(sql);
        await using (command)
        {
            arguments(command.Parameters);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(
        string sql, Func<DbDataReader, T> read, Action<NpgsqlParameterCollection> arguments, CancellationToken cancellationToken)
    {
        var command = source.CreateCommand(sql);
        await using (command)
        {
            arguments(command.Parameters);
            var reader = await command.ExecuteReaderAsync(cancellationToken);
            await using (reader)
            {
                return await ReadAllAsync(reader, read, cancellationToken);
            }
        }
    }

    private static async Task<List<T>> ReadAllAsync<T>(DbDataReader reader, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
