using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>An activity of a document.</summary>
/// <param name="Port">The property of its parent that holds it; null for the root.</param>
internal readonly record struct PlacedActivity(JsonObject Activity, string? Port, string? ParentNodeId)
{
    public string NodeId => Text("nodeId") ?? "";

    public string Id => Text("id") ?? "";

    public string Type => Text("type") ?? "";

    public bool IsFlowchart => Type.Equals("Elsa.Flowchart", StringComparison.OrdinalIgnoreCase);

    /// <summary>How the designer's canvas calls it.</summary>
    public string Label => Text((Activity["metadata"] as JsonObject)?["displayText"]) ?? Text("name") ?? Type;

    private string? Text(string name) => Text(Activity[name]);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}

/// <summary>The activities of a document, parents before their children.</summary>
internal static class ActivityTree
{
    public static IEnumerable<PlacedActivity> Of(JsonObject definition)
    {
        var open = new Stack<PlacedActivity>();
        if (definition["root"] is JsonObject root)
        {
            open.Push(new PlacedActivity(root, null, null));
        }

        while (open.TryPop(out var activity))
        {
            yield return activity;
            foreach (var (port, child) in WorkflowDefinition.ChildrenOf(activity.Activity).Reverse())
            {
                open.Push(new PlacedActivity(child, port, activity.NodeId));
            }
        }
    }
}
