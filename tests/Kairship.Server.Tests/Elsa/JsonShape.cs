using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa;

/// <summary>
/// What a JSON document looks like: which members at which place, of which JSON types. The elements of a list count together: a member that one of them has, the list has.
/// A place is written "$.items[].links[].href".
/// </summary>
internal sealed class JsonShape
{
    private readonly SortedDictionary<string, SortedSet<string>> types = new(StringComparer.Ordinal);

    private JsonShape()
    {
    }

    public static JsonShape Of(JsonNode? json)
    {
        var shape = new JsonShape();
        shape.Add("$", json);
        return shape;
    }

    /// <summary>What is recorded and not here or of another type, and what is here and not recorded.</summary>
    public static IReadOnlyList<string> Differences(JsonNode? recorded, JsonNode? ours, string exchange)
    {
        var (theirs, mine) = (Of(recorded), Of(ours));
        var found = new List<string>();
        foreach (var (place, wanted) in theirs.types.Where(t => !Omissions.IsOmitted(exchange, t.Key)))
        {
            if (!mine.types.TryGetValue(place, out var got))
            {
                found.Add($"{place}: missing, recorded as {string.Join(" or ", wanted)}");
            }
            else if (!Fits(wanted, got))
            {
                found.Add($"{place}: {string.Join(" or ", got)}, recorded as {string.Join(" or ", wanted)}");
            }
        }

        foreach (var place in mine.types.Keys.Where(p => !theirs.types.ContainsKey(p) && theirs.SaysWhatIsBelow(p) && !Omissions.IsAddition(exchange, p)))
        {
            found.Add($"{place}: only here");
        }

        return found;
    }

    // Null says nothing about the type.
    private static bool Fits(SortedSet<string> wanted, SortedSet<string> got) =>
        wanted.Contains("null") || got.All(g => g == "null" ? wanted.Count == 0 : wanted.Contains(g));

    /// <summary>An empty list, and what was not recorded at all, says nothing about what is inside.</summary>
    private bool SaysWhatIsBelow(string place)
    {
        var parent = Parent(place);
        return !place.EndsWith("[]", StringComparison.Ordinal) && types.TryGetValue(parent, out var found) && found.Contains("object");
    }

    private static string Parent(string place) =>
        place.EndsWith("[]", StringComparison.Ordinal) ? place[..^2] : place[..place.LastIndexOf('.')];

    private void Add(string place, JsonNode? node)
    {
        var kinds = types.TryGetValue(place, out var known) ? known : types[place] = new SortedSet<string>(StringComparer.Ordinal);
        kinds.Add(Kind(node));
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    // A dot in a name would look like a place of its own.
                    Add($"{place}.{name.Replace('.', '·')}", value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Add($"{place}[]", item);
                }

                break;
        }
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => "number",
        _ => IsTime(node.GetValue<string>()) ? "time" : "string",
    };

    private static bool IsTime(string text) =>
        text.Length >= 20 && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
