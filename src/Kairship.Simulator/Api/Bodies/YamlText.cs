using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>Writes JSON nodes as Kubernetes' YAML library does: keys in order, texts quoted only where they would be read as something else.</summary>
internal static class YamlText
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        if (node is JsonObject { Count: > 0 } obj)
            Object(text, obj, 0, inline: false);
        else
            text.Append(Scalar(node, 0)).Append('\n');
        return text.ToString();
    }

    static void Object(StringBuilder text, JsonObject obj, int indent, bool inline)
    {
        foreach (var (name, value) in obj.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (!inline)
                text.Append(' ', indent);
            inline = false;
            text.Append(Scalar(JsonValue.Create(name), indent)).Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } child:
                    text.Append('\n');
                    Object(text, child, indent + 2, inline: false);
                    break;
                case JsonArray { Count: > 0 } items:
                    text.Append('\n');
                    Array(text, items, indent);
                    break;
                default:
                    text.Append(' ').Append(Scalar(value, indent + 2)).Append('\n');
                    break;
            }
        }
    }

    static void Array(StringBuilder text, JsonArray items, int indent)
    {
        foreach (var item in items)
        {
            text.Append(' ', indent).Append("- ");
            if (item is JsonObject { Count: > 0 } child)
                Object(text, child, indent + 2, inline: true);
            else if (item is JsonArray { Count: > 0 } nested)
                text.Append(nested.ToJsonString()).Append('\n');
            else
                text.Append(Scalar(item, indent + 2)).Append('\n');
        }
    }

    static string Scalar(JsonNode? node, int indent) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>(), indent),
        _ => node.ToJsonString(),
    };

    static string Text(string text, int indent)
    {
        if (text.Length == 0 || IsOtherType(text) || text.Any(c => char.IsControl(c) && c != '\n'))
            return Quoted(text);
        if (text.Contains('\n', StringComparison.Ordinal))
            return text.Trim() == text.TrimEnd('\n') ? Literal(text, indent) : Quoted(text);
        return IsPlain(text) ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    static string Literal(string text, int indent)
    {
        var chomp = text.EndsWith("\n\n", StringComparison.Ordinal) ? "+" : text.EndsWith('\n') ? "" : "-";
        var lines = (text.EndsWith('\n') ? text[..^1] : text).Split('\n').Select(l => l.Length == 0 ? "" : new string(' ', indent) + l);
        return $"|{chomp}\n{string.Join('\n', lines)}";
    }

    static bool IsPlain(string text) =>
        text.Trim() == text
        && !(",[]{}#&*!|>'\"%@`".Contains(text[0], StringComparison.Ordinal) || (text[0] is '-' or '?' or ':' && (text.Length == 1 || text[1] == ' ')))
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && !text.EndsWith(':');

    // What a reader of YAML 1.1 would not take for a text.
    static bool IsOtherType(string text) =>
        text.ToLowerInvariant() is "~" or "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or ".inf" or ".nan" or "=" or "<<" or "---"
        || ((char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.')
            && (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)));

    static string Quoted(string text) => JsonValue.Create(text).ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
