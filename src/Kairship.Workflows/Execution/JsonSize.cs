using System.Text.Json.Nodes;

namespace Kairship.Workflows.Execution;

/// <summary>How large a value is when it is written, more or less.</summary>
internal static class JsonSize
{
    /// <returns>About the number of characters; -1 when it is nested deeper than <paramref name="maxDepth"/>.</returns>
    public static long Of(JsonNode? value, int maxDepth) => value switch
    {
        null => 4,
        JsonObject or JsonArray when maxDepth <= 0 => -1,
        JsonObject o => OfAll(o.Select(p => (p.Key.Length + 4, p.Value)), maxDepth - 1),
        JsonArray list => OfAll(list.Select(v => (1, v)), maxDepth - 1),
        JsonValue scalar => scalar.TryGetValue<string>(out var text) ? text.Length + 2 : 8,
        _ => 8,
    };

    private static long OfAll(IEnumerable<(int Name, JsonNode? Value)> values, int maxDepth)
    {
        var size = 2L;
        foreach (var (name, value) in values)
        {
            var inner = Of(value, maxDepth);
            if (inner < 0)
            {
                return -1;
            }

            size += name + inner;
        }

        return size;
    }
}
