using System.Text.Json.Nodes;

namespace Kairship.Delivery.Applications;

/// <summary>Small words for writing fields: what is null is left out.</summary>
internal static class Shape
{
    public static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> write) => new(items.Select(write).ToArray());

    public static void Set(JsonObject fields, string name, string? value)
    {
        if (value is not null)
        {
            fields[name] = value;
        }
    }

    public static void Set(JsonObject fields, string name, JsonObject? value)
    {
        if (value is not null)
        {
            fields[name] = value;
        }
    }

    public static void Set(JsonObject fields, string name, IReadOnlyList<string>? values)
    {
        if (values is not null)
        {
            fields[name] = List(values, value => JsonValue.Create(value));
        }
    }
}
