using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Whether a pod may run on a node, with the reasons that the Kubernetes scheduler gives. Pod (anti-)affinity is not looked at.</summary>
internal static class NodeFit
{
    /// <summary>Null when the pod fits apart from resources; otherwise the reason it does not.</summary>
    public static string? Placement(JsonObject pod, NodeState node)
    {
        if (node.Unschedulable && !Tolerates(pod, "node.kubernetes.io/unschedulable", "", "NoSchedule"))
        {
            return "node(s) were unschedulable";
        }

        foreach (var taint in node.Taints)
        {
            var (key, value, effect) = (JsonTree.Text(taint["key"]) ?? "", JsonTree.Text(taint["value"]) ?? "", JsonTree.Text(taint["effect"]));
            if (effect is "NoSchedule" or "NoExecute" && !Tolerates(pod, key, value, effect))
            {
                return $"node(s) had untolerated taint {{{key}: {value}}}";
            }
        }

        return Selected(pod, node) ? null : "node(s) didn't match Pod's node affinity/selector";
    }

    /// <summary>The resources that are short, as reasons.</summary>
    public static IEnumerable<string> Shortages(Dictionary<string, long> requests, NodeState node, NodeLedger ledger)
    {
        foreach (var (resource, amount) in requests)
        {
            if (amount > 0 && ledger.Free(node, resource) < amount)
            {
                yield return resource == "pods" ? "Too many pods" : $"Insufficient {resource}";
            }
        }
    }

    private static bool Tolerates(JsonObject pod, string key, string value, string effect) =>
        pod.Spec("tolerations").Items().Any(t =>
            (JsonTree.Text(t["effect"]) is not { Length: > 0 } wanted || wanted == effect)
            && (JsonTree.Text(t["key"]) is not { Length: > 0 } name ? JsonTree.Text(t["operator"]) == "Exists" : name == key)
            && (JsonTree.Text(t["operator"]) == "Exists" || (JsonTree.Text(t["value"]) ?? "") == value));

    private static bool Selected(JsonObject pod, NodeState node)
    {
        if (pod.Spec("nodeSelector") is JsonObject selector && !LabelSelector.MatchesMap(selector, node.Labels))
        {
            return false;
        }

        var terms = pod.Spec("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
        return terms is not JsonArray { Count: > 0 }
            || terms.Items().Any(t =>
                t["matchExpressions"].Items().All(e => LabelSelector.MatchesExpression(e, node.Labels))
                && t["matchFields"].Items().All(f => LabelSelector.MatchesExpression(f, new JsonObject { ["metadata.name"] = node.Name })));
    }
}
