using System.Text.Json;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;

namespace Kairship.Fleet.Watching;

/// <summary>All objects of a query at one moment, and the resource version of that moment.</summary>
internal sealed record WatchList(IReadOnlyList<WatchedObject> Items, string ResourceVersion)
{
    private const int PageSize = 500;

    /// <summary>Starts over that often when the list grows older than the cluster's memory while its pages are read.</summary>
    private const int MostRestarts = 3;

    /// <exception cref="ClusterException">The cluster cannot be asked, or its answer is no list.</exception>
    public static async Task<WatchList> ReadAsync(
        ClusterConnection connection, ServedResource resource, WatchQuery query, ObjectReader objects, string accept, CancellationToken cancellationToken)
    {
        var selector = query.LabelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(query.LabelSelector)}";
        var items = new List<WatchedObject>();
        string? next = null;
        for (var restarts = 0; ;)
        {
            var path = $"{resource.Path(query.Namespace)}?limit={PageSize}{selector}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}";
            var answer = await connection.TrySendAsync(ClusterRequest.Get(path, accept), cancellationToken);
            if (answer.Status == 410 && next is not null && restarts++ < MostRestarts)
            {
                next = null;
                items.Clear();
                continue;
            }

            if (!answer.IsSuccess)
            {
                throw FailureTranslation.FromAnswer(connection.Cluster, answer);
            }

            var page = ReadPage(connection.Cluster, answer.Body, objects, items);
            next = page.Continue;
            if (string.IsNullOrEmpty(next))
            {
                return new WatchList(items, page.ResourceVersion);
            }
        }
    }

    private static (string? Continue, string ResourceVersion) ReadPage(string cluster, byte[] body, ObjectReader objects, List<WatchedObject> items)
    {
        string? next = null;
        string? version = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isItems, isMetadata) = (reader.ValueTextEquals("items"u8), reader.ValueTextEquals("metadata"u8));
                reader.Read();
                if (isItems && reader.TokenType == JsonTokenType.StartArray)
                {
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        items.Add(objects.Read(ref reader, body));
                    }
                }
                else if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
                {
                    using var metadata = JsonDocument.ParseValue(ref reader);
                    next = metadata.RootElement.TryGetProperty("continue", out var token) ? token.GetString() : null;
                    version = metadata.RootElement.TryGetProperty("resourceVersion", out var at) ? at.GetString() : null;
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ClusterException(ClusterFailure.ServerError, cluster, "its answer to a list is not one", exception);
        }

        return (next, version ?? throw new ClusterException(ClusterFailure.ServerError, cluster, "its answer to a list has no resource version"));
    }
}
