using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>
/// Gives the activities of flowcharts that nobody has drawn yet places to be shown at. Only what is shown is changed: it is kept when somebody saves it. A flowchart in which any activity
/// has a place is left as it is.
/// </summary>
internal static class AutoLayout
{
    private const string Flowchart = "Elsa.Flowchart";
    private const int MostActivities = 2_000;

    /// <summary>Whether a flowchart in this definition has no places.</summary>
    public static bool IsNeeded(JsonObject definition) => Undrawn(definition).Any();

    /// <summary>Changes the definition given.</summary>
    /// <param name="types">Null for a type that there is not.</param>
    public static void Apply(JsonObject definition, Func<string, ActivityDescriptor?> types)
    {
        foreach (var flowchart in Undrawn(definition).ToList())
        {
            Arrange(flowchart, types);
        }
    }

    /// <summary>Gives all its activities new places.</summary>
    public static void Arrange(JsonObject flowchart, Func<string, ActivityDescriptor?> types)
    {
        var graph = GraphOf(flowchart, types);
        var places = LayeredLayout.Of(graph);
        var nodes = graph.Nodes.DistinctBy(n => n.Id, StringComparer.Ordinal).ToDictionary(n => n.Id, StringComparer.Ordinal);
        foreach (var activity in Activities(flowchart))
        {
            if (Text(activity["id"]) is { } id && places.TryGetValue(id, out var place))
            {
                var metadata = Object(activity, "metadata");
                var designer = Object(metadata, "designer");
                designer["position"] = new JsonObject { ["x"] = place.X, ["y"] = place.Y };
                designer["size"] = new JsonObject { ["width"] = nodes[id].Width, ["height"] = nodes[id].Height };
            }
        }
    }

    internal static LayoutGraph GraphOf(JsonObject flowchart, Func<string, ActivityDescriptor?> types)
    {
        var edges = (flowchart["connections"] as JsonArray ?? []).OfType<JsonObject>().Select(Edge).OfType<LayoutEdge>().ToList();
        var used = edges.ToLookup(e => e.From, e => e.Outcome, StringComparer.Ordinal);
        var nodes = Activities(flowchart).Where(a => Text(a["id"]) is not null)
            .Select(a => BoxSize.Of(a, types(Text(a["type"]) ?? ""), used[Text(a["id"])!])).ToList();
        return new LayoutGraph(nodes, edges, Text(flowchart["start"]));
    }

    private static LayoutEdge? Edge(JsonObject connection) =>
        Text((connection["source"] as JsonObject)?["activity"]) is { } from && Text((connection["target"] as JsonObject)?["activity"]) is { } to
            ? new LayoutEdge(from, Text((connection["source"] as JsonObject)?["port"]) ?? "Done", to)
            : null;

    private static IEnumerable<JsonObject> Undrawn(JsonObject definition)
    {
        var open = new Stack<JsonNode?>([definition["root"]]);
        while (open.TryPop(out var node))
        {
            if (node is JsonObject { } json && Flowchart.Equals(Text(json["type"]), StringComparison.OrdinalIgnoreCase)
                && json["activities"] is JsonArray { Count: > 1 and <= MostActivities } && !Activities(json).Any(IsPlaced))
            {
                yield return json;
            }

            foreach (var child in node switch { JsonObject o => o.Select(p => p.Value), JsonArray a => a, _ => [] })
            {
                if (child is JsonObject or JsonArray)
                {
                    open.Push(child);
                }
            }
        }
    }

    private static bool IsPlaced(JsonObject activity) =>
        ((activity["metadata"] as JsonObject)?["designer"] as JsonObject)?["position"] is JsonObject position && (Number(position["x"]) != 0 || Number(position["y"]) != 0);

    private static IEnumerable<JsonObject> Activities(JsonObject flowchart) => (flowchart["activities"] as JsonArray ?? []).OfType<JsonObject>();

    private static double Number(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue<double>(out var number) ? number : 0;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject Object(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }
}
