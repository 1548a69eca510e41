using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Applications;

/// <summary>JSON as block YAML that any reader, YAML 1.1 or 1.2, takes for the same values: whatever could be mistaken is in double quotes.</summary>
internal static class YamlWriter
{
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Block(text, node, 0);
        return text.ToString().TrimStart('\n') + "\n";
    }

    private static void Block(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } fields:
                foreach (var (name, value) in fields)
                {
                    NewLine(text, indent).Append(Quote(name)).Append(':');
                    Value(text, value, value is JsonArray ? indent : indent + 2);
                }

                break;
            case JsonArray { Count: > 0 } items:
                foreach (var item in items)
                {
                    NewLine(text, indent).Append('-');
                    Item(text, item, indent + 2);
                }

                break;
            default:
                text.Append(Scalar(node));
                break;
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int indent)
    {
        text.Append(value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } ? "" : " ");
        Block(text, value, indent);
    }

    // The first field of an item stands beside its dash.
    private static void Item(StringBuilder text, JsonNode? item, int indent)
    {
        var inner = new StringBuilder();
        Block(inner, item, indent);
        text.Append(' ').Append(inner.ToString().TrimStart('\n', ' '));
    }

    private static StringBuilder NewLine(StringBuilder text, int indent) => text.Append('\n').Append(' ', indent);

    private static string Scalar(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue when node.GetValueKind() == JsonValueKind.String => Quote(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string Quote(string text)
    {
        var isPlain = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && !YamlScalars.IsSpecial(text);
        return isPlain ? text : JsonSerializer.Serialize(text);
    }
}
