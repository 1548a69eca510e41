using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Evaluated inputs as the built-in activities read them.</summary>
internal static class InputValues
{
    public static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonValue v when v.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(),
    };

    public static bool Flag(JsonNode? value, bool otherwise = false) => value switch
    {
        null => otherwise,
        JsonValue v when v.TryGetValue<bool>(out var flag) => flag,
        _ => bool.TryParse(Text(value), out var parsed) ? parsed : throw new ExpressionException($"'{Text(value)}' is not true or false."),
    };

    public static decimal? Number(JsonNode? value) => Text(value) is { Length: > 0 } text
        ? decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new ExpressionException($"'{text}' is not a number.")
        : null;

    /// <summary>A list: an array, text that holds one, or nothing.</summary>
    public static JsonArray List(JsonNode? value)
    {
        switch (value)
        {
            case null:
                return [];
            case JsonArray array:
                return array;
            default:
                try
                {
                    return Text(value) is not { } text ? [] : string.IsNullOrWhiteSpace(text) ? [] : JsonNode.Parse(text) as JsonArray ?? throw NoList(value);
                }
                catch (JsonException)
                {
                    throw NoList(value);
                }
        }
    }

    /// <summary>Values by name: an object of the caller's own; nothing is an empty one.</summary>
    public static JsonObject Object(JsonNode? value)
    {
        try
        {
            return value switch
            {
                null => [],
                JsonObject o => (JsonObject)o.DeepClone(),
                _ when string.IsNullOrWhiteSpace(Text(value)) => [],
                _ => JsonNode.Parse(Text(value)!) as JsonObject ?? throw NoObject(value),
            };
        }
        catch (JsonException)
        {
            throw NoObject(value!);
        }
    }

    public static IReadOnlyList<string> Texts(JsonNode? value) => [.. List(value).Select(Text).OfType<string>()];

    private static ExpressionException NoList(JsonNode value) => new($"A list is expected, but the value is {Short(value.ToJsonString())}.");

    private static ExpressionException NoObject(JsonNode value) => new($"Values by name are expected, but the value is {Short(value.ToJsonString())}.");

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "...";
}
