using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>From a source, YAML or JSON, to objects; and the one canonical form whose digest names a set of them.</summary>
public static class ManifestParser
{
    /// <summary>
    /// All objects of a source in their order: documents separated by "---", JSON values after one another, kinds that end in List expanded.
    /// Empty documents are skipped. Unquoted scalars mean what kubectl takes them for (yes, on, y are true; 0644 is octal); quoted ones are text.
    /// Aliases and merge keys are expanded within <paramref name="limits"/>.
    /// </summary>
    /// <exception cref="ManifestException">Names the document, the line and what would be right.</exception>
    public static IReadOnlyList<Manifest> Parse(string yamlOrJson, ManifestLimits? limits = null)
    {
        limits ??= ManifestLimits.Default;
        var objects = new ObjectCollector(limits);
        foreach (var document in ReadDocuments(yamlOrJson, limits))
        {
            objects.Add(document);
        }

        return objects.Manifests.Count > 0
            ? objects.Manifests
            : throw new ManifestException("There is no Kubernetes object in the source: give at least one document with apiVersion, kind and metadata.name.");
    }

    /// <summary>The only document of a text that need not be a Kubernetes object.</summary>
    /// <exception cref="ManifestException">It is not YAML, or not one document.</exception>
    public static JsonNode? ParseDocument(string yamlOrJson, ManifestLimits? limits = null)
    {
        var documents = ReadDocuments(yamlOrJson, limits ?? ManifestLimits.Default).Where(d => d.Root is not null).ToList();
        return documents is [var only] ? only.Root : throw new ManifestException($"The text has {documents.Count} documents; it must have one.");
    }

    /// <summary>The JSON of a node without white space and with sorted keys: equal for equal content, whatever the order of keys or the spelling of numbers (1.0 is 1).</summary>
    public static string CanonicalJson(JsonNode node) => CanonicalWriter.Write(node);

    /// <summary>Lower-case hex SHA-256 of the canonical JSON.</summary>
    public static string Digest(JsonNode node) => Hash(CanonicalJson(node));

    /// <summary>Lower-case hex SHA-256 of the objects' canonical JSON, sorted by what they name: the order of documents does not count.</summary>
    public static string Digest(IEnumerable<Manifest> manifests) => Hash(
        string.Join('\n', manifests.OrderBy(m => m.Ref.Identity, StringComparer.Ordinal).ThenBy(m => m.Ref.ApiVersion, StringComparer.Ordinal).Select(m => CanonicalJson(m.Json))));

    /// <summary>The form that <see cref="Applications.Revision.Manifests"/> holds.</summary>
    public static string ToJsonArray(IEnumerable<Manifest> manifests) =>
        new JsonArray(manifests.Select(m => m.Json.DeepClone()).ToArray()).ToJsonString(CanonicalWriter.Relaxed);

    /// <exception cref="ManifestException">Not an array of Kubernetes objects.</exception>
    public static IReadOnlyList<Manifest> FromJsonArray(string json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonArray list
                ? list.Select(item => item is JsonObject o
                    ? Manifest.From((JsonObject)o.DeepClone())
                    : throw new ManifestException("The stored manifests hold something that is not an object.")).ToList()
                : throw new ManifestException("The stored manifests are not a JSON array.");
        }
        catch (JsonException e)
        {
            throw new ManifestException($"The stored manifests are not JSON: {e.Message}", e);
        }
    }

    internal static IReadOnlyList<SourceDocument> ReadDocuments(string text, ManifestLimits limits)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > limits.MaxBytes)
        {
            throw new ManifestException($"The source has {bytes:N0} bytes; at most {limits.MaxBytes:N0} are taken. Split it, or move large data out of it.");
        }

        var body = text.TrimStart('\uFEFF');
        if (body.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            return YamlReader.Read(body, limits);
        }

        try
        {
            return JsonSource.Read(body, limits);
        }
        catch (JsonException e)
        {
            return ReadFlowYaml(body, limits, e);
        }
    }

    internal static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // "{a: b}" is YAML too. When it is neither, what starts like JSON is told as JSON.
    private static IReadOnlyList<SourceDocument> ReadFlowYaml(string body, ManifestLimits limits, JsonException notJson)
    {
        try
        {
            return YamlReader.Read(body, limits);
        }
        catch (ManifestException e) when (e.InnerException is not null)
        {
            throw new ManifestException($"document 1 (line {notJson.LineNumber + 1}): neither JSON nor YAML: {notJson.Message}", notJson);
        }
    }
}
