using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Why a node does not take a pod, in the words of the Kubernetes scheduler.</summary>
/// <param name="Resolvable">Whether the pod would fit if others went: what preemption looks at.</param>
internal readonly record struct Unfit(IReadOnlyList<string> Reasons, bool Resolvable);

/// <summary>Whether a pod may run on a node: the scheduler's filters in their order, of which the first that refuses speaks.</summary>
internal static class NodeFit
{
    /// <summary>Null when the pod fits apart from ports, resources and other pods.</summary>
    public static string? Placement(JsonObject pod, NodeState node)
    {
        if (node.Unschedulable && !Tolerations.Tolerates(pod, Tolerations.Unschedulable, "", "NoSchedule"))
        {
            return "node(s) were unschedulable";
        }

        foreach (var taint in node.Taints)
        {
            if (JsonTree.Text(taint["effect"]) is "NoSchedule" or "NoExecute" && !Tolerations.Tolerates(pod, taint))
            {
                return $"node(s) had untolerated taint {{{JsonTree.Text(taint["key"])}: {JsonTree.Text(taint["value"]) ?? ""}}}";
            }
        }

        return Selects(pod, node) ? null : "node(s) didn't match Pod's node affinity/selector";
    }

    /// <summary>The resources that are short.</summary>
    public static Unfit? Shortages(Dictionary<string, long> requests, NodeState node, NodeLedger ledger)
    {
        var reasons = new List<string>();
        var resolvable = true;
        foreach (var (resource, amount) in requests.OrderByDescending(r => r.Key == "pods"))
        {
            if (amount > 0 && ledger.Free(node, resource) < amount)
            {
                reasons.Add(resource == "pods" ? "Too many pods" : $"Insufficient {resource}");
                resolvable &= resource == "pods" || amount <= node.Allocatable.GetValueOrDefault(resource);
            }
        }

        return reasons.Count == 0 ? null : new Unfit(reasons, resolvable);
    }

    /// <summary>Whether nodeSelector and required node affinity want this node.</summary>
    public static bool Selects(JsonObject pod, NodeState node)
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
