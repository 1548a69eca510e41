using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Apply;

/// <summary>
/// One step of a path in a field set, in the text form of FieldsV1: <c>f:name</c> (a field), <c>k:{"name":"web"}</c> (an element of a keyed list),
/// <c>v:"value"</c> (an element of a set).
/// </summary>
internal static class PathElement
{
    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Field(string name) => "f:" + name;

    /// <summary>The element's own step; null when a key is missing and has no default.</summary>
    public static string? OfItem(JsonNode? item, SchemaNode list)
    {
        if (list.IsSet)
            return "v:" + (item?.ToJsonString(Compact) ?? "null");
        if (item is not JsonObject obj)
            return null;
        var keys = new JsonObject();
        foreach (var key in list.Keys.Order(StringComparer.Ordinal))
        {
            var value = obj[key];
            if (value is null && key == "protocol")
                value = "TCP";
            else if (value is null && list.Element?.Field(key).Default is { } preset)
                value = preset;
            if (value is null)
                return null;
            keys[key] = value.DeepClone();
        }
        return "k:" + keys.ToJsonString(Compact);
    }

    /// <summary>As messages show it: <c>.name</c>, <c>[name="web"]</c>, <c>[="value"]</c>.</summary>
    public static string Display(string element)
    {
        var body = element[2..];
        return element[0] switch
        {
            'f' => "." + body,
            'k' => "[" + string.Join(',', JsonNode.Parse(body)!.AsObject().Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value!.ToJsonString(Compact)}"))) + "]",
            'v' => $"[={body}]",
            _ => $"[{body}]",
        };
    }
}
