using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.DaemonSets;

/// <summary>Pods that tolerate what a node may suffer and want exactly one node.</summary>
internal static class DaemonPod
{
    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    public static JsonObject New(JsonObject set, string node, string revision)
    {
        var pod = Pods.FromTemplate(set, (JsonObject)set.Spec("template")!);
        JsonTree.Child(JsonTree.Child(pod, "metadata"), "labels")[Revisions.Label] = revision;
        var spec = JsonTree.Child(pod, "spec");
        if (spec["tolerations"] is not JsonArray tolerations)
        {
            spec["tolerations"] = tolerations = [];
        }

        foreach (var (key, effect) in Tolerated)
        {
            var own = tolerations.Items().Where(t => JsonTree.Text(t["key"]) == key && JsonTree.Text(t["effect"]) == effect).ToList();
            own.ForEach(t => tolerations.Remove(t));
            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        }

        return node.Length == 0 ? pod : For(pod, node);
    }

    /// <summary>The pod bound to one node by affinity, as the daemon set controller leaves it to the scheduler.</summary>
    public static JsonObject For(JsonObject pod, string node)
    {
        var bound = JsonTree.Copy(pod);
        var affinity = JsonTree.Child(JsonTree.Child(JsonTree.Child(bound, "spec"), "affinity"), "nodeAffinity");
        var required = JsonTree.Child(affinity, "requiredDuringSchedulingIgnoredDuringExecution");
        if (required["nodeSelectorTerms"] is not JsonArray { Count: > 0 } terms)
        {
            required["nodeSelectorTerms"] = terms = [new JsonObject()];
        }

        foreach (var term in terms.Items())
        {
            term["matchFields"] = new JsonArray(
                new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) });
        }

        return bound;
    }

    /// <summary>The node a pod runs on or is meant for.</summary>
    public static string NodeOf(JsonObject pod)
    {
        if (JsonTree.Text(pod.Spec("nodeName")) is { Length: > 0 } bound)
        {
            return bound;
        }

        var terms = pod.Spec("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
        var field = terms.Items().SelectMany(t => t["matchFields"].Items()).FirstOrDefault();
        return JsonTree.Text((field?["values"] as JsonArray)?.FirstOrDefault()) ?? "";
    }
}
