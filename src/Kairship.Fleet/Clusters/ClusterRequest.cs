using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Fleet.Clusters;

/// <summary>One request to a cluster; the path is relative to the server's address and starts without a slash.</summary>
/// <param name="Repeatable">Doing it twice is as good as doing it once, so that it may be retried.</param>
internal sealed record ClusterRequest(
    HttpMethod Method, string Path, byte[]? Body = null, string? ContentType = null, string Accept = ClusterRequest.Json, bool Repeatable = true)
{
    public const string Json = "application/json";

    /// <summary>Only the metadata of an object, from servers that can (all since 1.15); others answer with the object.</summary>
    public const string Metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

    /// <summary>Only the metadata of the objects of a list.</summary>
    public const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

    public static ClusterRequest Get(string path, string accept = Json) => new(HttpMethod.Get, path, Accept: accept);
}

/// <summary>The answer, read to its end.</summary>
internal sealed record ClusterAnswer(int Status, byte[] Body, TimeSpan? RetryAfter)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as an object, or null when it is none (an HTML page of a proxy, say).</summary>
    public JsonObject? TryJson()
    {
        try
        {
            return JsonNode.Parse(Body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
