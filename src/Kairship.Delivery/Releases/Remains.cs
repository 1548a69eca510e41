namespace Kairship.Delivery.Releases;

/// <summary>What releases without success have left in clusters, or taken from them. Of each cluster the last release that touched it decides.</summary>
public static class Remains
{
    /// <summary>Clusters to which the last release with success did not put the application, and where something of it may be left, by name: who took it back, or left, left nothing there.</summary>
    /// <param name="newestFirst">How each release since the last that succeeded stood in its clusters at its end.</param>
    /// <param name="placed">Clusters that the last one with success put the application to: what is there is not left over.</param>
    public static IReadOnlyList<string> Of(IEnumerable<IReadOnlyList<ReleaseCluster>> newestFirst, IReadOnlyCollection<string> placed) =>
        [.. Last(newestFirst).Where(c => !placed.Contains(c.Key) && c.Value is not (ClusterPhase.RolledBack or ClusterPhase.Left)).Select(c => c.Key)];

    /// <summary>Clusters to which the last release with success put the application, and which may not have what it gave them any more, by name.</summary>
    public static IReadOnlyList<string> Disturbed(IEnumerable<IReadOnlyList<ReleaseCluster>> newestFirst, IReadOnlyCollection<string> placed) =>
        [.. Last(newestFirst).Where(c => placed.Contains(c.Key) && c.Value != ClusterPhase.RolledBack).Select(c => c.Key)];

    private static SortedDictionary<string, ClusterPhase> Last(IEnumerable<IReadOnlyList<ReleaseCluster>> newestFirst)
    {
        var last = new SortedDictionary<string, ClusterPhase>(StringComparer.Ordinal);
        foreach (var cluster in newestFirst.SelectMany(r => r).Where(c => c.Phase != ClusterPhase.Waiting))
        {
            last.TryAdd(cluster.Cluster, cluster.Phase);
        }

        return last;
    }
}
