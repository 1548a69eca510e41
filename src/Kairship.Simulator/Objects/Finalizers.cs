using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>What keeps a deleted object from being removed.</summary>
static class Finalizers
{
    public static bool Any(ObjectKey key, JsonObject obj) =>
        obj["metadata"]?["finalizers"] is JsonArray { Count: > 0 } || (IsNamespace(key) && obj["spec"]?["finalizers"] is JsonArray { Count: > 0 });

    public static void MarkDeleted(ObjectKey key, JsonObject obj, DateTimeOffset now, long graceSeconds)
    {
        var meta = JsonTree.Child(obj, "metadata");
        meta["deletionTimestamp"] = GracefulDeletion.Stamp(now.AddSeconds(graceSeconds));
        if (IsNamespace(key))
            JsonTree.Child(obj, "status")["phase"] = "Terminating";
        else
            meta["deletionGracePeriodSeconds"] = graceSeconds;
    }

    /// <summary>Adds one that is not there yet.</summary>
    public static void Add(JsonObject obj, string finalizer)
    {
        var meta = JsonTree.Child(obj, "metadata");
        if (meta["finalizers"] is not JsonArray finalizers)
            meta["finalizers"] = finalizers = [];
        if (!finalizers.Any(f => JsonTree.Text(f) == finalizer))
            finalizers.Add(finalizer);
    }

    static bool IsNamespace(ObjectKey key) => key is { Group: "", Plural: "namespaces" };
}
