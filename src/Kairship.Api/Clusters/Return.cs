namespace Kairship.Api.Clusters;

/// <summary>A cluster that was lost and came back, compared with what it should have.</summary>
/// <param name="State">"NotBack", "NotCompared" (nothing new goes there), "Fencing" (stale objects are there still; nothing new goes there), "Held" (something waits for a person), "Waiting" (applications are being changed) or "Clean".</param>
/// <param name="Loss">After which loss: the number of the transition. Null: it was never compared.</param>
/// <param name="ComparedAt">When it was compared last.</param>
/// <param name="Items">What is stale, and what waits for a person.</param>
/// <param name="Unread">What could not be read, as sentences.</param>
/// <param name="Busy">Applications that are compared later, as sentences.</param>
/// <param name="Fenced">What was scaled down or deleted, in this order.</param>
/// <param name="Counts">All objects by what becomes of them.</param>
public sealed record ReturnInfo(
    string Cluster, string State, long? Loss, DateTimeOffset? ComparedAt, IReadOnlyList<ReturnItemInfo> Items, IReadOnlyList<string> Unread, IReadOnlyList<string> Busy,
    IReadOnlyList<FencedObjectInfo> Fenced, IReadOnlyDictionary<string, int> Counts);

/// <param name="Action">"ScaleToZero", "Delete" or "Hold".</param>
/// <param name="Sentence">Why.</param>
public sealed record ReturnItemInfo(string Object, string? Application, string Action, string Sentence);

/// <param name="Action">"ScaleToZero" or "Delete".</param>
public sealed record FencedObjectInfo(string Object, string? Application, string Action, DateTimeOffset At);
