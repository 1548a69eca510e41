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

/// <summary>One change of what a watch sees. The object is parsed when somebody looks at it.</summary>
public sealed class ResourceEvent
{
    private JsonObject? _object;

    internal ResourceEvent(ResourceEventType type, WatchedObject? source) => (Type, Source) = (type, source);

    public ResourceEventType Type { get; }

    /// <summary>For Deleted, the last state that was seen; null for Synced.</summary>
    public WatchedObject? Source { get; }

    /// <summary>The object as JSON; empty for Synced. Everybody who is told of this event shares it: copy before changing it.</summary>
    public JsonObject Object => _object ??= Source?.Parse() ?? [];

    public override string ToString() => $"{Type} {Source}";
}
