using System.Text.Json;
using Kairship.Delivery.Documents;
using Kairship.Delivery.Scaling;

namespace Kairship.Activities.Scaling;

/// <summary>Which clusters are short of room, as all nodes know it.</summary>
public static class CapacityAlarms
{
    private const string Kind = "capacity";
    private const int Most = 2000;

    /// <summary>The last of each cluster that ever was short of room, with the version that it is replaced by.</summary>
    public static async Task<(CapacityAlarm? Alarm, long Version)> FindAsync(IDocumentStore documents, string cluster, CancellationToken cancellationToken) =>
        await documents.FindAsync(Kind, cluster, cancellationToken) is { } document ? (Read(document), document.Version) : (null, 0);

    public static async Task<IReadOnlyList<CapacityAlarm>> ListAsync(IDocumentStore documents, CancellationToken cancellationToken) =>
        [.. (await documents.ListAsync(Kind, Most, cancellationToken)).Select(Read).OfType<CapacityAlarm>()];

    /// <summary>False: somebody was faster.</summary>
    public static Task<bool> PutAsync(IDocumentStore documents, CapacityAlarm alarm, long version, DateTimeOffset at, CancellationToken cancellationToken) =>
        documents.PutAsync(Kind, alarm.Cluster, JsonSerializer.Serialize(alarm), version, at, cancellationToken);

    public static Task<bool> ForgetAsync(IDocumentStore documents, string cluster, long version, CancellationToken cancellationToken) =>
        documents.DeleteAsync(Kind, cluster, version, cancellationToken);

    private static CapacityAlarm? Read(Document document)
    {
        try
        {
            return JsonSerializer.Deserialize<CapacityAlarm>(document.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
