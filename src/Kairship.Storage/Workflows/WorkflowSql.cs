using System.Data.Common;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows;

/// <summary>
/// The statements that read the same on both databases. <paramref name="now"/> is the SQL of the clock that leases are measured by, in UTC ticks;
/// <paramref name="readNow"/> is the same, standing still during a statement, so that an index can be searched by it.
/// <para>An instance is due by <c>wake_at</c>: what its last commit or a message asked for while nobody holds it, the end of the lease while
/// somebody does. So an instance whose owner died becomes due by itself.</para>
/// <para>Two clocks, never compared with each other: leases end by the database's, due times are the engine's. What is made due "now" by a statement is
/// therefore due since its last change (<c>updated_at</c>): past by the engine's clock, however far the two are apart.</para>
/// </summary>
internal sealed class WorkflowSql(string now, string readNow)
{
    public const string InstanceColumns =
        "id, definition_id, definition_version_id, definition_version, name, correlation_id, parent_instance_id, status, incident_count, " +
        "quarantine_reason, epoch, owner, due_at, created_at, updated_at, finished_at, state, claims";

    public const string ReadInbox = "SELECT id, dedupe_key, payload FROM inbox WHERE instance_id = @id AND NOT consumed ORDER BY id";

    /// <summary>Why a message was not posted: the key is known (1), or the instance is finished (2), or its inbox is full (3), or (no row) there is none.</summary>
    public const string WhyNotPosted =
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM inbox WHERE instance_id = @id AND dedupe_key = @key) THEN 1 WHEN finished_at IS NOT NULL THEN 2 ELSE 3 END " +
        "FROM instances WHERE id = @id";

    /// <summary>The inbox of instance @id may take another message. @bytes is what the others may have; both limits are null when there is none.</summary>
    public const string HasRoom =
        "(@messages IS NULL OR (SELECT count(*) < @messages AND coalesce(sum(length(payload)), 0) <= @bytes FROM inbox WHERE instance_id = @id AND NOT consumed))";

    /// <summary>Whole chunks only.</summary>
    public const string TrimJournal = "DELETE FROM journal_chunks WHERE instance_id = @instance AND sequence > @after AND sequence + count - 1 <= @upto";

    public const string ReadOutbox = "SELECT id, instance_id, kind, payload FROM outbox ORDER BY position LIMIT @limit";

    /// <summary>The guard of a commit that keeps the claim. A released instance has no owner, so a commit after the release is fenced too.</summary>
    public const string CommitAndHold =
        "UPDATE instances SET state = @state, status = @status, name = @name, list_text = @text, correlation_id = @correlation, incident_count = @incidents, " +
        "claims = CASE WHEN @keep THEN claims ELSE 0 END, updated_at = @at, due_at = @due WHERE id = @id AND epoch = @epoch AND owner IS NOT NULL";

    /// <summary>The guard of a commit that gives the claim up.</summary>
    public const string CommitAndRelease =
        "UPDATE instances SET state = @state, status = @status, name = @name, list_text = @text, correlation_id = @correlation, incident_count = @incidents, " +
        "claims = 0, updated_at = @at, due_at = @due, wake_at = @due, owner = NULL, finished_at = @finished " +
        "WHERE id = @id AND epoch = @epoch AND owner IS NOT NULL";

    /// <summary>After the guard.</summary>
    public const string Migrate = "UPDATE instances SET definition_version_id = @version, definition_version = @number WHERE id = @id";

    public const string Quarantine =
        "UPDATE instances SET quarantine_reason = @reason, is_quarantined = true, epoch = epoch + 1, owner = NULL WHERE id = @id AND finished_at IS NULL";

    public const string LiftQuarantine =
        "UPDATE instances SET quarantine_reason = NULL, is_quarantined = false, claims = 0, due_at = updated_at, wake_at = updated_at " +
        "WHERE id = @id AND quarantine_reason IS NOT NULL";

    /// <summary>Whoever holds an instance has an end of the lease: the first two conditions are implied, and let the index of the sweep find them.</summary>
    public const string ReleaseOwner =
        "UPDATE instances SET owner = NULL, due_at = updated_at, wake_at = updated_at " +
        "WHERE wake_at IS NOT NULL AND quarantine_reason IS NULL AND owner = @owner";

    private const string DueByMessage =
        "due_at = CASE WHEN due_at < updated_at THEN due_at ELSE updated_at END, " +
        "wake_at = CASE WHEN owner IS NOT NULL THEN wake_at WHEN wake_at < updated_at THEN wake_at ELSE updated_at END";

    /// <summary>What a message does to its instance: due now, unless it was due before; the end of a running lease stays.</summary>
    public const string MakeDue =
        "UPDATE instances SET " + DueByMessage + " WHERE id = @id AND finished_at IS NULL";

    /// <summary>The same, and a faulted instance runs on. 2 is Suspended, 6 is Faulted.</summary>
    public const string ReopenAndMakeDue =
        "UPDATE instances SET status = CASE WHEN status = 6 THEN 2 ELSE status END, claims = CASE WHEN status = 6 THEN 0 ELSE claims END, " +
        "finished_at = NULL, " + DueByMessage + " WHERE id = @id AND (finished_at IS NULL OR status = 6)";

    /// <summary>What a message does that the burst did not see before it released. One that came while it faulted may be a command: the instance runs on.</summary>
    private const string Wake =
        "UPDATE instances SET due_at = updated_at, wake_at = updated_at, status = CASE WHEN status = 6 THEN 2 ELSE status END, finished_at = NULL ";

    /// <summary>SQLite, for one instance; @seen is a JSON array.</summary>
    public const string WakeForUnseen =
        Wake + "WHERE id = @id AND (due_at IS NULL OR due_at > updated_at) AND EXISTS (" +
        "SELECT 1 FROM inbox WHERE instance_id = @id AND NOT consumed AND id NOT IN (SELECT value FROM json_each(@seen)))";

    /// <summary>PostgreSQL, for many instances at once. Numbers of messages are unique over all instances, so one list of seen ones serves all.</summary>
    public const string WakeAllForUnseen =
        Wake + "WHERE id = ANY(@released) AND (due_at IS NULL OR due_at > updated_at) " +
        "AND EXISTS (SELECT 1 FROM inbox WHERE inbox.instance_id = instances.id AND NOT consumed AND inbox.id <> ALL(@seen))";

    /// <summary>The columns and values of a new instance; @owner and @lease are null unless it is created as claimed.</summary>
    public string NewInstance { get; } =
        "INSERT INTO instances (id, definition_id, definition_version_id, definition_version, name, correlation_id, parent_instance_id, " +
        "status, incident_count, epoch, claims, owner, due_at, wake_at, created_at, updated_at, list_text, state) SELECT @id, @definition, @version_id, " +
        "@version, @name, @correlation, @parent, 0, 0, @claims, @claims, @owner, @at, " +
        $"CASE WHEN @owner IS NULL THEN @at ELSE {now} + @lease END, @at, @at, @text, @state";

    public string Claim { get; } =
        $"UPDATE instances SET epoch = epoch + 1, claims = claims + 1, owner = @owner, wake_at = {now} + @lease " +
        "WHERE id = @id AND finished_at IS NULL AND quarantine_reason IS NULL AND claims < @most " +
        $"AND (owner IS NULL OR wake_at <= {now}) RETURNING {InstanceColumns}";

    /// <summary>The first condition on <c>wake_at</c> is implied by the others: it bounds the walk through the index.</summary>
    public string FindDue { get; } =
        "SELECT id FROM instances WHERE wake_at IS NOT NULL AND quarantine_reason IS NULL " +
        $"AND wake_at <= CASE WHEN @now > {readNow} THEN @now ELSE {readNow} END " +
        $"AND ((owner IS NULL AND wake_at <= @now) OR (owner IS NOT NULL AND wake_at <= {readNow})) ORDER BY wake_at, id LIMIT @limit";

    public string NextDue { get; } =
        "SELECT CASE WHEN owner IS NULL THEN wake_at ELSE updated_at END FROM instances WHERE wake_at IS NOT NULL AND quarantine_reason IS NULL " +
        $"AND (owner IS NULL OR wake_at <= {readNow}) ORDER BY wake_at LIMIT 1";

    public static InstanceRecord ReadInstance(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), Text(row, 4), Text(row, 5), Text(row, 6),
        (InstanceStatus)row.GetInt32(7), row.GetInt32(8), Text(row, 9), row.GetInt64(10), Text(row, 11), Time(row, 12),
        Ticks.ToTime(row.GetInt64(13)), Ticks.ToTime(row.GetInt64(14)), Time(row, 15), row.GetFieldValue<byte[]>(16), row.GetInt32(17));

    public static int ReadClaims(DbDataReader row) => row.GetInt32(17);

    public static InboxMessage ReadMessage(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2));

    public static OutboxMessage ReadOutboxMessage(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3));

    public static PostOutcome ReadWhyNotPosted(IReadOnlyList<int> why) => why switch
    {
        [] => PostOutcome.NotFound,
        [1] => PostOutcome.Duplicate,
        [2] => PostOutcome.Finished,
        _ => PostOutcome.Full,
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : Ticks.ToTime(row.GetInt64(column));
}
