using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Fleet.Capacity;

/// <summary>The nodes of one cluster with what is on them.</summary>
/// <param name="Nodes">A node that is not ready counts as cordoned.</param>
/// <param name="ReadyNodes">How many of them are ready.</param>
/// <param name="PendingPods">Pods that no node takes yet.</param>
/// <param name="Elsewhere">Requests of pods whose node is not (any more) in the list.</param>
/// <param name="Workloads">"namespace/Deployment/web" to its pods that have a node.</param>
internal sealed record ClusterNodes(
    IReadOnlyList<NodeFacts> Nodes, int ReadyNodes, int PendingPods, (NodeAmounts Amounts, int Pods) Elsewhere, IReadOnlyDictionary<string, int> Workloads)
{
    /// <summary>Of the pending pods those that wait because no node has room for them.</summary>
    public int WaitingPods { get; init; }

    /// <summary>Since when the one that has waited longest does; null: none waits.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    public static string KeyOf(string ns, string workload) => $"{ns}/{workload}";
}
