using System.Text.Json.Nodes;

namespace Kairship.Fleet.Watching;

public enum ResourceEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>All objects that the list held have been told; repeated after every new list.</summary>
    Synced,
}

/// <param name="Object">For Deleted, the last state that was seen; for Synced, empty.</param>
public sealed record ResourceEvent(ResourceEventType Type, JsonObject Object);

/// <summary>What to watch.</summary>
/// <param name="Namespace">null: all.</param>
public sealed record WatchQuery(string ApiVersion, string Kind, string? Namespace = null, string? LabelSelector = null);
