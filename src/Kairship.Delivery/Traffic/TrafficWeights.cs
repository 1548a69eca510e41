using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Traffic;

/// <summary>Which share of the traffic goes to which cluster.</summary>
public static class TrafficWeights
{
    public const int Whole = 100;

    /// <summary>
    /// A share in percent for each named cluster, in proportion to the replicas that it is known to have in place; together <see cref="Whole"/>. A cluster that the plan goes to and that is not done yet counts
    /// with what it had before; one that is left or lost has none.
    /// </summary>
    /// <param name="named">The clusters that the router knows.</param>
    /// <param name="done">Clusters of the plan in which it is in place and healthy.</param>
    /// <param name="before">What the release before put where; null: nothing.</param>
    /// <returns>Null: none of them is known to have anything, and the traffic stays where it is.</returns>
    public static IReadOnlyDictionary<string, int>? Of(IEnumerable<string> named, Plan plan, IReadOnlyCollection<string> done, Plan? before)
    {
        var replicas = named.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToDictionary(c => c, c => (long)ReplicasIn(c, plan, done, before), StringComparer.Ordinal);
        var parties = replicas.Where(r => r.Value > 0).Select(r => (r.Key, r.Value)).ToList();
        if (parties.Count == 0)
        {
            return null;
        }

        var shares = Webster.Divide(Whole, parties);
        return replicas.Keys.ToDictionary(c => c, c => shares.GetValueOrDefault(c), StringComparer.Ordinal);
    }

    private static int ReplicasIn(string cluster, Plan plan, IReadOnlyCollection<string> done, Plan? before)
    {
        if (Target(plan, cluster) is not { } target)
        {
            return 0;
        }

        // What has no replicas of its own (an autoscaler sizes it) is there all the same.
        return done.Contains(cluster) ? Math.Max(1, target.Replicas.Values.Sum())
            : before is not null && Target(before, cluster) is { } was ? Math.Max(1, was.Replicas.Values.Sum())
            : 0;
    }

    private static ClusterPlan? Target(Plan plan, string cluster) => plan.Targets.FirstOrDefault(t => t.Cluster == cluster);
}
