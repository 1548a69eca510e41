using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>What the node controller makes of a node's conditions. Pure.</summary>
internal static class NodeConditions
{
    private static readonly (string Condition, string Status, string Taint)[] Pressures =
    [
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly HashSet<string> Managed = [Tolerations.NotReady, Tolerations.Unreachable, Tolerations.Unschedulable, .. Pressures.Select(p => p.Taint)];

    /// <summary>The node's taints, those of its conditions brought up to date.</summary>
    public static IReadOnlyList<JsonObject> Taints(JsonObject node, IReadOnlyList<JsonObject> old, string now)
    {
        var wanted = Wanted(node).ToList();
        var kept = old.Where(t => !Managed.Contains(Key(t)) || wanted.Contains((Key(t), Effect(t)))).ToList();
        var added = wanted
            .Where(w => !kept.Exists(t => (Key(t), Effect(t)) == w))
            .Select(w => new JsonObject { ["key"] = w.Key, ["effect"] = w.Effect, ["timeAdded"] = now });
        return [.. kept, .. added];
    }

    /// <summary>Every condition is unknown from now on.</summary>
    public static JsonObject Unknown(JsonObject node, string now)
    {
        var status = JsonTree.Child(node, "status");
        foreach (var type in (ReadOnlySpan<string>)["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"])
        {
            if (node.Condition(type) is { } known)
            {
                known["status"] = "Unknown";
                known["reason"] = "NodeStatusUnknown";
                known["message"] = "Kubelet stopped posting node status.";
                known["lastTransitionTime"] = now;
                continue;
            }

            ObjectReading.SetCondition(status, type, "Unknown", now, "NodeStatusNeverUpdated", "Kubelet never posted node status.");
            node.Condition(type)!["lastHeartbeatTime"] = node.CreatedAt();
        }

        return node;
    }

    private static IEnumerable<(string Key, string Effect)> Wanted(JsonObject node)
    {
        var ready = JsonTree.Text(node.Condition("Ready")?["status"]);
        if (ready is null)
        {
            yield return (Tolerations.NotReady, "NoSchedule");
        }
        else if (ready != "True")
        {
            var taint = ready == "False" ? Tolerations.NotReady : Tolerations.Unreachable;
            yield return (taint, "NoSchedule");
            yield return (taint, "NoExecute");
        }

        foreach (var (condition, status, taint) in Pressures)
        {
            if (JsonTree.Text(node.Condition(condition)?["status"]) == status)
            {
                yield return (taint, "NoSchedule");
            }
        }

        if (node.Spec("unschedulable").IsTrue())
        {
            yield return (Tolerations.Unschedulable, "NoSchedule");
        }
    }

    private static string Key(JsonObject taint) => JsonTree.Text(taint["key"]) ?? "";

    private static string Effect(JsonObject taint) => JsonTree.Text(taint["effect"]) ?? "";
}
