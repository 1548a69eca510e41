using System.Text.Json;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows.Sqlite;

/// <summary>The hot path on SQLite: writes go through the one writer, reads have connections of their own. Leases are measured by <paramref name="time"/>:
/// the database has no clock but its host's.</summary>
internal sealed class SqliteInstanceLedger(SqliteWriter writer, SqliteReaders readers, TimeProvider time) : IInstanceLedger
{
    private static readonly WorkflowSql Sql = new("@clock", "@clock");

    public Task<CreateResult> CreateAsync(NewInstance instance, CancellationToken cancellationToken) => writer.RunAsync(
        session =>
        {
            var key = StoredText.Clean(instance.DedupeKey);
            if (key is not null && session.Execute(
                    "INSERT INTO start_keys (key, instance_id, created_at) VALUES (@key, @id, @at) ON CONFLICT DO NOTHING",
                    ("@key", key), ("@id", instance.Id), ("@at", instance.CreatedAt.UtcTicks)) == 0)
            {
                return new CreateResult(
                    session.Query("SELECT instance_id FROM start_keys WHERE key = @key", row => row.GetString(0), ("@key", key))[0], Created: false);
            }

            session.Execute(
                Sql.NewInstance,
                ("@id", instance.Id), ("@definition", instance.DefinitionId), ("@version_id", instance.DefinitionVersionId),
                ("@version", instance.DefinitionVersion), ("@name", StoredText.Clean(instance.Name)),
                ("@correlation", StoredText.Clean(instance.CorrelationId)), ("@parent", instance.ParentInstanceId), ("@text", CommitGuard.Text(instance)),
                ("@claims", instance.Claim is null ? 0 : 1), ("@owner", instance.Claim?.Owner), ("@lease", instance.Claim?.Lease.Ticks),
                ("@clock", Ticks.Now(time)), ("@at", instance.CreatedAt.UtcTicks), ("@state", Bytes.Of(instance.State)));
            return new CreateResult(instance.Id, Created: true);
        },
        cancellationToken);

    public Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken) => writer.RunAsync(
        session =>
        {
            var claimed = session.Query(
                Sql.Claim, row => (Instance: WorkflowSql.ReadInstance(row), Claims: WorkflowSql.ReadClaims(row)),
                ("@id", instanceId), ("@owner", owner), ("@lease", lease.Ticks), ("@most", mostClaims), ("@clock", Ticks.Now(time)));
            return claimed is [var (instance, claims)]
                ? new ClaimedInstance(instance, instance.Epoch, claims, session.Query(WorkflowSql.ReadInbox, WorkflowSql.ReadMessage, ("@id", instanceId)))
                : null;
        },
        cancellationToken);

    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken) =>
        commits.Count == 0
            ? Task.FromResult<IReadOnlyList<CommitOutcome>>([])
            : writer.RunAsync<IReadOnlyList<CommitOutcome>>(
                session => [.. commits.Select(commit => SqliteCommit.Apply(session, commit))], cancellationToken);

    public Task<IReadOnlyList<InboxMessage>> ReadInboxAsync(string instanceId, CancellationToken cancellationToken) =>
        readers.QueryAsync(WorkflowSql.ReadInbox, WorkflowSql.ReadMessage, cancellationToken, ("@id", instanceId));

    public Task<IReadOnlyList<string>> RenewAsync(
        string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken) =>
        writer.RunAsync<IReadOnlyList<string>>(
            session => [.. held.Where(one => session.Execute(
                "UPDATE instances SET wake_at = @until WHERE id = @id AND epoch = @epoch AND owner = @owner",
                ("@until", Ticks.Now(time) + lease.Ticks), ("@id", one.InstanceId), ("@epoch", one.Epoch), ("@owner", owner)) == 0)
                .Select(one => one.InstanceId)],
            cancellationToken);

    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken) =>
        writer.RunAsync(session => session.Execute(WorkflowSql.ReleaseOwner, ("@owner", owner)), cancellationToken);

    public Task<IReadOnlyList<string>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        readers.QueryAsync(
            Sql.FindDue, row => row.GetString(0), cancellationToken, ("@now", now.UtcTicks), ("@clock", Ticks.Now(time)), ("@limit", limit));

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await readers.QueryAsync(Sql.NextDue, row => row.GetInt64(0), cancellationToken, ("@clock", Ticks.Now(time))) is [var next]
            ? Ticks.ToTime(next)
            : null;

    public Task<bool> SetQuarantineAsync(string instanceId, string? reason, CancellationToken cancellationToken) => writer.RunAsync(
        session => 1 == (reason is null
            ? session.Execute(WorkflowSql.LiftQuarantine, ("@id", instanceId))
            : session.Execute(WorkflowSql.Quarantine, ("@id", instanceId), ("@reason", StoredText.Clean(reason)))),
        cancellationToken);

    public Task<PostOutcome> PostAsync(
        string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, CancellationToken cancellationToken) =>
        PostAsync(instanceId, dedupeKey, payload, room, "finished_at IS NULL", WorkflowSql.MakeDue, cancellationToken);

    public Task<PostOutcome> PostAndReopenAsync(
        string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        PostAsync(instanceId, dedupeKey, payload, null, "(finished_at IS NULL OR status = 6)", WorkflowSql.ReopenAndMakeDue, cancellationToken);

    private Task<PostOutcome> PostAsync(
        string instanceId, string dedupeKey, ReadOnlyMemory<byte> payload, InboxRoom? room, string open, string makeDue,
        CancellationToken cancellationToken) => writer.RunAsync(
        session =>
        {
            var key = StoredText.Clean(dedupeKey);
            if (session.Execute(
                    "INSERT INTO inbox (instance_id, dedupe_key, payload, consumed) SELECT @id, @key, @payload, 0 FROM instances " +
                    $"WHERE id = @id AND {open} AND {WorkflowSql.HasRoom} ON CONFLICT DO NOTHING",
                    ("@id", instanceId), ("@key", key), ("@payload", Bytes.Of(payload)), ("@messages", room?.Messages), ("@bytes", room?.Bytes - payload.Length)) == 1)
            {
                session.Execute(makeDue, ("@id", instanceId));
                return PostOutcome.Posted;
            }

            return WorkflowSql.ReadWhyNotPosted(
                session.Query(WorkflowSql.WhyNotPosted, row => row.GetInt32(0), ("@id", instanceId), ("@key", key)));
        },
        cancellationToken);

    public Task<IReadOnlyList<OutboxMessage>> ReadOutboxAsync(int limit, CancellationToken cancellationToken) =>
        readers.QueryAsync(WorkflowSql.ReadOutbox, WorkflowSql.ReadOutboxMessage, cancellationToken, ("@limit", limit));

    public Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => ids.Count == 0
        ? Task.CompletedTask
        : writer.RunAsync(
            session => session.Execute(
                "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(@ids))", ("@ids", JsonSerializer.Serialize(ids))),
            cancellationToken);
}
