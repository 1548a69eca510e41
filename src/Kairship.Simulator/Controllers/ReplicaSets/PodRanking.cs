using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.ReplicaSets;

/// <summary>
/// Which pods go first when a replica set shrinks: the order of Kubernetes' ActivePodsWithRanks (unassigned, pending, not ready, cheaper to
/// delete, on nodes with more of them, ready for a shorter time, restarted more often, younger). One thing is stricter: a pod that is ready
/// but not yet available goes before every available one; Kubernetes looks at the nodes first and may so undercut maxUnavailable.
/// </summary>
internal static class PodRanking
{
    public static List<JsonObject> Victims(IReadOnlyList<JsonObject> pods, int count, int minReadySeconds, DateTimeOffset now)
    {
        var perNode = pods.GroupBy(NodeOf).ToDictionary(g => g.Key, g => g.Count());
        return
        [
            .. pods
                .OrderBy(p => NodeOf(p).Length > 0)
                .ThenBy(p => Pods.Phase(p) switch { "Pending" => 0, "Unknown" => 1, _ => 2 })
                .ThenBy(Pods.IsReady)
                .ThenBy(p => Pods.IsAvailable(p, minReadySeconds, now))
                .ThenBy(DeletionCost)
                .ThenByDescending(p => perNode[NodeOf(p)])
                .ThenByDescending(p => Pods.ReadySince(p) ?? DateTimeOffset.MinValue)
                .ThenByDescending(Restarts)
                .ThenByDescending(p => p.CreatedAt(), StringComparer.Ordinal)
                .Take(count),
        ];
    }

    private static string NodeOf(JsonObject pod) => JsonTree.Text(pod.Spec("nodeName")) ?? "";

    private static int DeletionCost(JsonObject pod) =>
        int.TryParse(pod.Annotation("controller.kubernetes.io/pod-deletion-cost"), out var cost) ? cost : 0;

    private static int Restarts(JsonObject pod) => pod.Status("containerStatuses").Items().Select(c => c["restartCount"].Int()).DefaultIfEmpty().Max();
}
