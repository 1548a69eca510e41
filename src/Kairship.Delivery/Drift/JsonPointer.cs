using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Drift;

/// <summary>JSON pointers (RFC 6901) into objects.</summary>
public static class JsonPointer
{
    public const string Rule = "a JSON pointer such as /spec/template/metadata/annotations/example.org~1restarted ('/' in a name is ~1, '~' is ~0)";

    public static bool IsPointer(string text) =>
        text.Length > 1 && text[0] == '/' && !text.Replace("~0", "", StringComparison.Ordinal).Replace("~1", "", StringComparison.Ordinal).Contains('~', StringComparison.Ordinal);

    /// <summary>False: there is nothing at that place.</summary>
    public static bool TryFind(JsonObject root, string pointer, out JsonNode? value)
    {
        value = root;
        foreach (var name in Names(pointer))
        {
            if (!TryStep(value, name, out value))
            {
                return false;
            }
        }

        return true;
    }

    public static void Remove(JsonObject root, string pointer)
    {
        if (Parent(root, pointer, out var last) is JsonObject fields)
        {
            fields.Remove(last);
        }
        else if (Parent(root, pointer, out last) is JsonArray items && Index(last, items) is { } index)
        {
            items.RemoveAt(index);
        }
    }

    /// <summary>Sets what is there already; what is not there stays so.</summary>
    public static void Replace(JsonObject root, string pointer, JsonNode? value)
    {
        switch (Parent(root, pointer, out var last))
        {
            case JsonObject fields when fields.ContainsKey(last):
                fields[last] = value?.DeepClone();
                break;
            case JsonArray items when Index(last, items) is { } index:
                items[index] = value?.DeepClone();
                break;
        }
    }

    /// <summary>Whether <see cref="Add"/> would do something: the parent is an object, or a list that reaches so far.</summary>
    public static bool CanAdd(JsonObject root, string pointer) => Parent(root, pointer, out var last) switch
    {
        JsonObject => true,
        JsonArray items => Place(last, items) is not null,
        _ => false,
    };

    /// <summary>RFC 6902's add: sets in an object, inserts into a list ("-" appends).</summary>
    public static void Add(JsonObject root, string pointer, JsonNode? value)
    {
        switch (Parent(root, pointer, out var last))
        {
            case JsonObject fields:
                fields[last] = value?.DeepClone();
                break;
            case JsonArray items when Place(last, items) is { } place:
                items.Insert(place, value?.DeepClone());
                break;
        }
    }

    private static int? Place(string name, JsonArray items) => name == "-" || name == items.Count.ToString(CultureInfo.InvariantCulture) ? items.Count : Index(name, items);

    private static JsonNode? Parent(JsonObject root, string pointer, out string last)
    {
        var names = Names(pointer).ToList();
        last = names[^1];
        JsonNode? node = root;
        foreach (var name in names[..^1])
        {
            if (!TryStep(node, name, out node))
            {
                return null;
            }
        }

        return node;
    }

    private static bool TryStep(JsonNode? node, string name, out JsonNode? next)
    {
        next = null;
        if (node is JsonObject fields)
        {
            return fields.TryGetPropertyValue(name, out next);
        }

        if (node is not JsonArray items || Index(name, items) is not { } index)
        {
            return false;
        }

        next = items[index];
        return true;
    }

    private static int? Index(string name, JsonArray items) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < items.Count ? index : null;

    private static IEnumerable<string> Names(string pointer) =>
        pointer[1..].Split('/').Select(name => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
}
