using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kairship.Workflows.Definitions;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>An activity with those inside it.</summary>
internal sealed record ActivityBranch(JsonObject Activity, string Port, string NodeId, IReadOnlyList<ActivityBranch> Parents, IReadOnlyList<ActivityBranch> Children);

/// <summary>A step of the way into nested activities: what was entered, by which of its ports.</summary>
internal sealed record PathSegment(string ActivityNodeId, string ActivityId, string ActivityType, string PortName);

internal sealed record PathSegments(ActivityBranch ChildNode, ActivityBranch Container, [property: JsonPropertyName("pathSegments")] IReadOnlyList<PathSegment> Segments);

/// <summary>Parts of a definition, for designers that show one level at a time.</summary>
internal static class Subgraphs
{
    private const string Root = "Root";

    /// <summary>The activity with that node id and all inside it; no node id: the root.</summary>
    public static ActivityBranch? Find(JsonObject definition, string? nodeId)
    {
        var found = ActivityTree.Of(definition).FirstOrDefault(a => string.IsNullOrEmpty(nodeId) ? a.Port is null : a.NodeId == nodeId);
        return found.Activity is null ? null : Branch(found);
    }

    /// <summary>How to come from the root to an activity: the ports to enter, and the container that shows it.</summary>
    public static PathSegments? Path(JsonObject definition, string childNodeId)
    {
        var all = ActivityTree.Of(definition).ToList();
        var child = all.Find(a => a.NodeId == childNodeId);
        if (child.Activity is null)
        {
            return null;
        }

        var byNode = all.DistinctBy(a => a.NodeId).ToDictionary(a => a.NodeId);
        var segments = new List<PathSegment>();
        PlacedActivity? container = null;
        for (var at = child; at.ParentNodeId is { } parentId && byNode.TryGetValue(parentId, out var parent); at = parent)
        {
            if (parent.IsFlowchart)
            {
                container ??= parent;
            }
            else
            {
                segments.Insert(0, new PathSegment(parent.NodeId, parent.Id, parent.Type, at.Port ?? Root));
            }
        }

        return new PathSegments(Branch(child), Branch(container ?? all[0]), segments);
    }

    private static ActivityBranch Branch(PlacedActivity activity) => new(
        activity.Activity, activity.Port ?? Root, activity.NodeId, [],
        [.. WorkflowDefinition.ChildrenOf(activity.Activity).Select(c => Branch(new PlacedActivity(c.Activity, c.Property, activity.NodeId)))]);
}
