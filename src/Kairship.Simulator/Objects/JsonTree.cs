using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>Reading and copying of untyped objects.</summary>
public static class JsonTree
{
    /// <summary>
    /// A deep copy of plain nodes. Unlike <see cref="JsonNode.DeepClone"/> nothing of it is materialised lazily, so that many threads may read it.
    /// Integers become long and other numbers double, whatever they were built from.
    /// </summary>
    public static JsonObject Copy(JsonObject obj)
    {
        var copy = new JsonObject();
        foreach (var (name, value) in obj)
            copy[name] = CopyNode(value);
        return copy;
    }

    public static JsonNode? CopyNode(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject obj:
                return Copy(obj);
            case JsonArray array:
                var copy = new JsonArray();
                foreach (var item in array)
                    copy.Add(CopyNode(item));
                return copy;
            default:
                return Scalar((JsonValue)node);
        }
    }

    /// <summary>The object under a name, created when it is missing or null.</summary>
    public static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
            return child;
        var created = new JsonObject();
        parent[name] = created;
        return created;
    }

    /// <summary>The node at a path of field names; null when any part is missing or not an object.</summary>
    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (node is not JsonObject obj)
                return null;
            node = obj[name];
        }
        return node;
    }

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A whole number, whether it was stored as long or set as int by a change; null for anything else.</summary>
    public static long? Number(JsonNode? node) =>
        node is not JsonValue value ? null
        : value.TryGetValue<long>(out var number) ? number
        : value.TryGetValue<int>(out var small) ? small
        : null;

    static JsonNode? Scalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => JsonValue.Create(value.GetValue<string>()),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        JsonValueKind.Number when value.TryGetValue<long>(out var number) => JsonValue.Create(number),
        JsonValueKind.Number when value.TryGetValue<int>(out var number) => JsonValue.Create((long)number),
        JsonValueKind.Number when long.TryParse(value.ToJsonString(), out var number) => JsonValue.Create(number),
        JsonValueKind.Number => JsonValue.Create(double.Parse(value.ToJsonString())),
        _ => null,
    };
}
