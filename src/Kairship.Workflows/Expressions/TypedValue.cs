using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// Converts values to the types that Elsa's definitions name. Inside the engine a value is JSON: numbers and booleans are themselves, every
/// other scalar is text in one canonical form (TimeSpan "d.hh:mm:ss.f", DateTime and DateTimeOffset ISO 8601, Guid in lower case).
/// </summary>
public static class TypedValue
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private static readonly Dictionary<string, Func<JsonNode, JsonNode?>> Scalars = new(StringComparer.OrdinalIgnoreCase)
    {
        ["String"] = v => v.GetValueKind() == JsonValueKind.String ? v : JsonValue.Create(Text(v)),
        ["Boolean"] = Boolean,
        ["Byte"] = v => Integer(v, byte.MinValue, byte.MaxValue),
        ["Int16"] = v => Integer(v, short.MinValue, short.MaxValue),
        ["Int32"] = v => Integer(v, int.MinValue, int.MaxValue),
        ["UInt32"] = v => Integer(v, uint.MinValue, uint.MaxValue),
        ["Int64"] = v => Integer(v, long.MinValue, long.MaxValue),
        ["Single"] = v => Floating(v, float.MaxValue),
        ["Double"] = v => Floating(v, double.MaxValue),
        ["Decimal"] = v => decimal.TryParse(Text(v), NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? JsonValue.Create(d) : null,
        ["DateTime"] = DateTimeText,
        ["DateTimeOffset"] = v => Instant(v) is { } at ? JsonValue.Create(at.ToString("O", CultureInfo.InvariantCulture)) : null,
        ["TimeSpan"] = v => Duration(v) is { } t ? JsonValue.Create(t.ToString("c", CultureInfo.InvariantCulture)) : null,
        ["Guid"] = v => Guid.TryParse(Text(v), out var g) ? JsonValue.Create(g.ToString()) : null,
    };

    private static readonly Dictionary<string, string> Expected = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Boolean"] = "true or false",
        ["Byte"] = "a whole number from 0 to 255",
        ["Int16"] = "a whole number from -32768 to 32767",
        ["Int32"] = "a whole number from -2147483648 to 2147483647",
        ["UInt32"] = "a whole number from 0 to 4294967295",
        ["Int64"] = "a whole number",
        ["DateTime"] = "a time such as 2026-01-31T08:00:00Z",
        ["DateTimeOffset"] = "a time such as 2026-01-31T08:00:00+00:00",
        ["TimeSpan"] = "a duration such as 00:00:30 or 1.12:00:00",
        ["Guid"] = "a GUID such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    };

    /// <summary>
    /// The value as <paramref name="typeName"/> (an Elsa alias). Null stays null, and so does empty text for every type but String. Unknown types
    /// and Object pass through. The result may be the same node: clone before adding it to a tree.
    /// </summary>
    /// <exception cref="ExpressionException">It does not convert; the message says what was expected.</exception>
    public static JsonNode? Convert(JsonNode? value, string typeName)
    {
        if (value is null)
        {
            return null;
        }

        var isEmpty = value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0;
        if (Scalars.TryGetValue(typeName, out var convert))
        {
            return isEmpty && !TypeAlias.IsText(typeName) ? null : convert(value) ?? throw Wrong(value, typeName, Expected.GetValueOrDefault(typeName, "a number"));
        }

        if (TypeAlias.TryGetElement(typeName, out var element))
        {
            return isEmpty ? null : List(value, typeName, element);
        }

        if (TypeAlias.IsDictionary(typeName))
        {
            return isEmpty ? null : Structure(value) as JsonObject ?? throw Wrong(value, typeName, "a JSON object");
        }

        return value;
    }

    /// <summary>The value as text: text itself, everything else as JSON. Null is empty.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => v.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    /// <summary>The number in a JSON number, whatever CLR type it was made from.</summary>
    internal static double Number(JsonNode value) => value switch
    {
        JsonValue v when v.TryGetValue<double>(out var d) => d,
        JsonValue v when v.TryGetValue<long>(out var l) => l,
        JsonValue v when v.TryGetValue<int>(out var i) => i,
        _ => double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    /// <summary>JSON text as a node, refusing duplicate names and more than 64 levels.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    internal static JsonNode? Parse(string json) => JsonNode.Parse(json, documentOptions: Strict);

    private static JsonArray List(JsonNode value, string typeName, string element)
    {
        if (Structure(value) is not JsonArray items)
        {
            throw Wrong(value, typeName, "a JSON array");
        }

        var converted = new JsonArray();
        for (var i = 0; i < items.Count; i++)
        {
            try
            {
                converted.Add(Convert(items[i], element)?.DeepClone());
            }
            catch (ExpressionException e)
            {
                throw new ExpressionException($"Element {i}: {e.Message}", e);
            }
        }

        return converted;
    }

    /// <summary>Text that is JSON, parsed; anything else as it is.</summary>
    private static JsonNode? Structure(JsonNode value)
    {
        if (value.GetValueKind() != JsonValueKind.String)
        {
            return value;
        }

        try
        {
            return Parse(value.GetValue<string>());
        }
        catch (JsonException)
        {
            return value;
        }
    }

    private static JsonNode? Boolean(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True or JsonValueKind.False => value,
        JsonValueKind.String when bool.TryParse(value.GetValue<string>(), out var b) => JsonValue.Create(b),
        JsonValueKind.Number when Number(value) is 0 or 1 => JsonValue.Create(Number(value) is 1),
        _ => null,
    };

    private static JsonValue? Integer(JsonNode value, long min, long max)
    {
        if (value.GetValueKind() is not (JsonValueKind.Number or JsonValueKind.String))
        {
            return null;
        }

        // Decimal first: it holds every Int64 exactly, and "3.0" or 3e2 are whole numbers too.
        return decimal.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && decimal.IsInteger(d) && d >= min && d <= max
            ? JsonValue.Create((long)d)
            : null;
    }

    private static JsonValue? Floating(JsonNode value, double max) =>
        value.GetValueKind() is JsonValueKind.Number or JsonValueKind.String
        && double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) && Math.Abs(d) <= max
            ? JsonValue.Create(d)
            : null;

    private static JsonValue? DateTimeText(JsonNode value) =>
        Instant(value) is { } at ? JsonValue.Create(at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) : null;

    private static DateTimeOffset? Instant(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String
        && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;

    private static TimeSpan? Duration(JsonNode value)
    {
        if (value.GetValueKind() != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetValue<string>().Trim();
        if (text.Contains('P', StringComparison.Ordinal))
        {
            try
            {
                return XmlConvert.ToTimeSpan(text);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                return null;
            }
        }

        // "7" would parse as seven days, which nobody means.
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
    }

    private static ExpressionException Wrong(JsonNode value, string typeName, string expected)
    {
        var shown = value.ToJsonString();
        return new ExpressionException($"{(shown.Length > 80 ? shown[..77] + "..." : shown)} is not of type {typeName}: expected {expected}.");
    }
}
