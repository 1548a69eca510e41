namespace Kairship.Delivery.Failover;

/// <summary>The order of a move of what must not run twice: where it has too much it is taken away first, and only then may it grow anywhere.</summary>
public static class ExclusiveMove
{
    /// <summary>
    /// What clusters are taken down to before any grows: cluster to workload to replicas, of those that have too much; null for a cluster that it leaves, where nothing at all may run. Empty where nothing grows
    /// either: then nothing can be doubled, and the order is indifferent. A workload that only one of the two has in a cluster counts for nothing there: that is another revision, and no move.
    /// </summary>
    /// <param name="from">Cluster to workload to the most replicas that may be there; a cluster without numbers (DaemonSets, Jobs, what an autoscaler sizes) has something all the same.</param>
    /// <param name="to">Where it goes, likewise.</param>
    /// <param name="isExact">False: there may be less than <paramref name="from"/> says, so that anything may grow.</param>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>?> TakeAway(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> from, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> to, bool isExact = true)
    {
        var limits = new SortedDictionary<string, IReadOnlyDictionary<string, int>?>(StringComparer.Ordinal);
        if (isExact && Growing(from, to).Count == 0)
        {
            return limits;
        }

        foreach (var (cluster, most) in from)
        {
            if (!to.TryGetValue(cluster, out var wanted))
            {
                limits[cluster] = null;
            }
            else if (most.Where(w => wanted.TryGetValue(w.Key, out var count) && count < w.Value).ToDictionary(w => w.Key, w => wanted[w.Key]) is { Count: > 0 } less)
            {
                limits[cluster] = less;
            }
        }

        return limits;
    }

    /// <summary>What there is at most where any of several placements, or a part of them, may be in place.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Most(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> one, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> other) =>
        one.Keys.Union(other.Keys).ToDictionary(
            c => c,
            c => (IReadOnlyDictionary<string, int>)new[] { one, other }.Select(p => p.GetValueOrDefault(c)).OfType<IReadOnlyDictionary<string, int>>()
                .SelectMany(w => w).GroupBy(w => w.Key).ToDictionary(w => w.Key, w => w.Max(n => n.Value)));

    /// <summary>Clusters that get more than they had, by name.</summary>
    public static IReadOnlyList<string> Growing(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> from, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> to) =>
    [
        .. to.Where(c => !from.TryGetValue(c.Key, out var had) || c.Value.Any(w => had.TryGetValue(w.Key, out var count) && w.Value > count))
            .Select(c => c.Key).Order(StringComparer.Ordinal),
    ];
}
