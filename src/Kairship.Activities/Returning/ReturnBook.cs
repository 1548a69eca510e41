using System.Text.Json;
using System.Text.Json.Serialization;
using Kairship.Delivery.Documents;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;

namespace Kairship.Activities.Returning;

/// <summary>What was done to an object of a cluster that came back.</summary>
public sealed record FencedObject(ObjectRef Ref, string? Application, ReturnAction Action, DateTimeOffset At);

/// <summary>The last comparison of a cluster that came back.</summary>
/// <param name="Loss">After which loss: the number of the last transition that it was lost by.</param>
/// <param name="At">When it was compared.</param>
/// <param name="Items">What waits to be fenced, or for a person; objects that may stay are only counted.</param>
/// <param name="Busy">Applications that are being changed and are compared when that is over, as sentences.</param>
/// <param name="Fenced">What was fenced since it came back.</param>
/// <param name="Counts">All objects by what becomes of them.</param>
public sealed record ReturnRecord(
    string Cluster, long Loss, DateTimeOffset At, IReadOnlyList<ReturnItem> Items, IReadOnlyList<string> Unread, IReadOnlyList<string> Busy, IReadOnlyList<FencedObject> Fenced,
    IReadOnlyDictionary<string, int> Counts)
{
    internal const int Most = 1000;

    /// <summary>All was read, and nothing is left that runs twice: the cluster may get new things. What waits for a person, or belongs to an application that is being changed, keeps only its application away.</summary>
    public bool IsOpen => Unread.Count == 0 && !Items.Any(i => i.Action is ReturnAction.ScaleToZero or ReturnAction.Delete);

    [JsonIgnore]
    public ReturnComparison Comparison => new(Cluster, Items, Unread);

    public static ReturnRecord Of(ReturnComparison comparison, long loss, DateTimeOffset at, IReadOnlyList<string> busy, IReadOnlyList<FencedObject> fenced)
    {
        var telling = comparison.Items.Where(i => i.Action is not (ReturnAction.Keep or ReturnAction.Foreign)).ToList();
        var more = telling.Count - Most;
        return new ReturnRecord(
            comparison.Cluster, loss, at, [.. telling.Take(Most)], more > 0 ? [.. comparison.Unread, $"{more} more objects are not listed."] : comparison.Unread, busy,
            [.. fenced.TakeLast(Most)], comparison.Items.CountBy(i => i.Action.ToString()).ToDictionary());
    }
}

/// <summary>Keeps the last comparison of each cluster that came back, for all nodes.</summary>
public sealed class ReturnBook(IDocumentStore documents)
{
    private const string Kind = "return";
    private const int Attempts = 20;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, IgnoreReadOnlyProperties = true };

    /// <summary>null: it was never compared.</summary>
    public async Task<ReturnRecord?> FindAsync(string cluster, CancellationToken cancellationToken) => (await ReadAsync(cluster, cancellationToken)).Record;

    /// <summary>Writes down a comparison. A record of a later loss stays.</summary>
    /// <param name="fenced">What was fenced just now: it is added to what was before.</param>
    public async Task<ReturnRecord> WriteAsync(
        ReturnComparison comparison, long loss, DateTimeOffset at, IReadOnlyList<string> busy, IReadOnlyList<FencedObject> fenced, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (before, version) = await ReadAsync(comparison.Cluster, cancellationToken);
            if (before?.Loss > loss)
            {
                return before;
            }

            var record = ReturnRecord.Of(comparison, loss, at, busy, [.. before?.Loss == loss ? before.Fenced : [], .. fenced]);
            if (await documents.PutAsync(Kind, comparison.Cluster, JsonSerializer.Serialize(record, Json), version, at, cancellationToken))
            {
                return record;
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException($"The comparison of {comparison.Cluster} could not be written down: others write it all the time.");
            }
        }
    }

    private async Task<(ReturnRecord? Record, long Version)> ReadAsync(string cluster, CancellationToken cancellationToken) =>
        await documents.FindAsync(Kind, cluster, cancellationToken) is { } found ? (JsonSerializer.Deserialize<ReturnRecord>(found.Body, Json), found.Version) : (null, 0);
}
