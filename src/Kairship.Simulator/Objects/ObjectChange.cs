using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

public enum ChangeType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One write. <paramref name="Object"/> of a deletion is the last state, with the resourceVersion of the deletion.</summary>
/// <param name="Old">The state before; null when added.</param>
public sealed record ObjectChange(ChangeType Type, ObjectKey Key, JsonObject Object, JsonObject? Old, long Revision);
