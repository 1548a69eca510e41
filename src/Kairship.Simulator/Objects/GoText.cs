using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>Values as messages of a Kubernetes API server show them: in the notation of its language.</summary>
internal static class GoText
{
    static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Without types and quotes: <c>map[a:1 b:[x y]]</c>.</summary>
    public static string Plain(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject obj => $"map[{string.Join(' ', Sorted(obj).Select(p => $"{p.Key}:{Plain(p.Value)}"))}]",
        JsonArray array => $"[{string.Join(' ', array.Select(Plain))}]",
        _ => JsonTree.Text(node) ?? node.ToJsonString(),
    };

    /// <summary>As of an untyped value: <c>map[string]interface {}{"a":1}</c>.</summary>
    public static string Untyped(JsonNode? node) => node switch
    {
        null => "interface {}(nil)",
        JsonObject obj => $"map[string]interface {{}}{{{string.Join(", ", Sorted(obj).Select(p => $"{Quote(p.Key)}:{Untyped(p.Value)}"))}}}",
        JsonArray array => $"[]interface {{}}{{{string.Join(", ", array.Select(Untyped))}}}",
        _ => node.ToJsonString(Readable),
    };

    /// <summary><c>map[string]string{"a":"b"}</c></summary>
    public static string Texts(JsonObject? map) =>
        map is null ? "map[string]string(nil)" : $"map[string]string{{{string.Join(", ", Sorted(map).Select(p => $"{Quote(p.Key)}:{p.Value?.ToJsonString(Readable)}"))}}}";

    /// <summary><c>[]string{"a", "b"}</c></summary>
    public static string Texts(JsonArray? list) =>
        list is null ? "[]string(nil)" : $"[]string{{{string.Join(", ", list.Select(i => i?.ToJsonString(Readable)))}}}";

    public static string Selector(JsonObject selector)
    {
        var expressions = selector["matchExpressions"] is JsonArray { Count: > 0 } list
            ? $"[]v1.LabelSelectorRequirement{{{string.Join(", ", list.OfType<JsonObject>().Select(Requirement))}}}"
            : "[]v1.LabelSelectorRequirement(nil)";
        return $"v1.LabelSelector{{MatchLabels:{Texts(selector["matchLabels"] as JsonObject)}, MatchExpressions:{expressions}}}";
    }

    public static string Quote(string text) => JsonValue.Create(text).ToJsonString(Readable);

    static string Requirement(JsonObject requirement) =>
        $"v1.LabelSelectorRequirement{{Key:{Quote(JsonTree.Text(requirement["key"]) ?? "")}, Operator:{Quote(JsonTree.Text(requirement["operator"]) ?? "")}, "
        + $"Values:{Texts(requirement["values"] as JsonArray)}}}";

    static IEnumerable<KeyValuePair<string, JsonNode?>> Sorted(JsonObject obj) => obj.OrderBy(p => p.Key, StringComparer.Ordinal);
}
