using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>Which kinds count generations, and what raises them.</summary>
static class Generations
{
    static readonly HashSet<(string, string)> Uncounted =
    [
        ("", "services"), ("", "namespaces"), ("", "nodes"), ("", "persistentvolumes"), ("", "persistentvolumeclaims"),
        ("", "resourcequotas"), ("", "limitranges"), ("autoscaling", "horizontalpodautoscalers"), ("coordination.k8s.io", "leases"),
    ];

    public static bool Counted(ObjectKey key, JsonObject obj) => (obj.ContainsKey("spec") || key is { Group: "scheduling.k8s.io", Plural: "priorityclasses" }) && !Uncounted.Contains((key.Group, key.Plural));

    /// <summary>Equal but for metadata and status. Annotations count for Deployments, as on a real API server.</summary>
    public static bool SameIntent(ObjectKey key, JsonObject old, JsonObject next)
    {
        if (key is { Group: "apps", Plural: "deployments" } && !JsonNode.DeepEquals(old["metadata"]?["annotations"], next["metadata"]?["annotations"]))
            return false;
        foreach (var (name, value) in next)
        {
            if (name is not ("metadata" or "status" or "apiVersion") && !JsonNode.DeepEquals(value, old[name]))
                return false;
        }
        return old.All(p => p.Key is "metadata" or "status" or "apiVersion" || p.Value is null || next[p.Key] is not null);
    }

    public static void Raise(JsonObject obj)
    {
        var meta = JsonTree.Child(obj, "metadata");
        meta["generation"] = (meta["generation"] is JsonValue v && v.TryGetValue<long>(out var g) ? g : 0) + 1;
    }

    /// <summary>What only the store writes is the store's, whatever a change did to it.</summary>
    public static void Restore(JsonObject old, JsonObject next)
    {
        var from = old["metadata"]!.AsObject();
        var meta = JsonTree.Child(next, "metadata");
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            if (from[field] is { } value)
            {
                if (!JsonNode.DeepEquals(value, meta[field]))
                    meta[field] = value.DeepClone();
            }
            else
            {
                meta.Remove(field);
            }
        }
    }
}
