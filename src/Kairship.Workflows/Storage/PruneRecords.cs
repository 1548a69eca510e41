namespace Kairship.Workflows.Storage;

/// <summary>Where a walk through the instances, oldest first, has come to.</summary>
public sealed record PrunePosition(DateTimeOffset CreatedAt, string InstanceId);

/// <summary>One bounded step of pruning.</summary>
/// <param name="FinishedBefore">Instances that finished or were cancelled before this go; null: none.</param>
/// <param name="FaultedBefore">Instances that faulted before this go; null: none.</param>
/// <param name="After">Go on behind this one; null: from the oldest.</param>
/// <param name="MaxInstances">Instances that are looked at.</param>
/// <param name="MaxRows">Rows of journal and inbox that are deleted.</param>
public sealed record PruneRequest(DateTimeOffset? FinishedBefore, DateTimeOffset? FaultedBefore, PrunePosition? After, int MaxInstances, int MaxRows);

/// <param name="Instances">Instances that are gone.</param>
/// <param name="Rows">Rows of journal and inbox that are gone.</param>
/// <param name="Next">Where the next step goes on; null: there is nothing more.</param>
public sealed record PruneResult(int Instances, long Rows, PrunePosition? Next);

/// <param name="Keys">Start keys that are gone.</param>
/// <param name="Next">The key that the next step goes on behind; null: there is nothing more.</param>
public sealed record PruneKeysResult(int Keys, string? Next);

/// <summary>Room in an inbox for messages that nothing has consumed. As many as post at the same moment may pass it by one each.</summary>
public sealed record InboxRoom(int Messages, long Bytes);

/// <summary>Cuts a journal in the middle, in the same transaction as the commit: lines with After &lt; sequence &lt;= UpTo go, then the marker, whose sequence is UpTo, is added.
/// Both ends are ends of earlier commits: a store may keep the lines of one commit together.</summary>
public sealed record JournalTrim(long After, long UpTo, JournalRecord Marker);
