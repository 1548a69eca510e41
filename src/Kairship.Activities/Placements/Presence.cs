using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Capacity;

namespace Kairship.Activities.Placements;

/// <summary>Where an application is already, as far as that counts for where it goes.</summary>
internal static class Presence
{
    /// <summary>
    /// What the plan before put there. Before the first, the pods that are there all the same, of a release that failed or of what is taken over: they need no room a second time. What a cluster
    /// that was lost and came back still has does not count: it is compared before anything goes there.
    /// </summary>
    public static PreviousPlacement? Of(PlacementOrder order, IReadOnlyList<WorkloadNeed> needs, IReadOnlyList<ClusterFacts> clusters, RoomView view)
    {
        if (order.Held is { } plan)
        {
            return new PreviousPlacement(
                plan.Targets.Where(c => !order.Without.Contains(c.Cluster)).ToDictionary(c => c.Cluster, c => Running(order, c, view)), plan.Placement?.Alternative);
        }

        var spaces = order.Namespaces();
        var replicas = new Dictionary<string, IReadOnlyDictionary<string, int>>();
        foreach (var cluster in clusters)
        {
            var there = needs.Select(n => (n.Key, Pods: Math.Min(n.Replicas, view.PodsThere(cluster.Name, spaces[n.Key], n.Key)))).Where(t => t.Pods > 0)
                .ToDictionary(t => t.Key, t => t.Pods);
            if (there.Count > 0)
            {
                replicas[cluster.Name] = there;
            }
        }

        return replicas.Count == 0 ? null : new PreviousPlacement(replicas);
    }

    /// <summary>Who is divided anew, since pods wait for room, must not count those that wait as if they had it.</summary>
    private static IReadOnlyDictionary<string, int> Running(PlacementOrder order, ClusterPlan there, RoomView view)
    {
        if (!order.Fresh || order.Kept is not null || !view.HasCounted(there.Cluster))
        {
            return there.Replicas;
        }

        var spaces = order.Namespaces();
        return there.Replicas.ToDictionary(r => r.Key, r => spaces.TryGetValue(r.Key, out var space) ? Math.Min(r.Value, view.PodsThere(there.Cluster, space, r.Key)) : r.Value);
    }
}
