namespace Kairship.Delivery.Placement;

/// <summary>Karmada's cluster affinity: the named ones (none named means all), less the excluded, that the selector selects (no selector means all).</summary>
public static class AffinityMatcher
{
    /// <summary>The clusters that an affinity selects, by name.</summary>
    public static IReadOnlyList<ClusterFacts> Select(ClusterAffinity affinity, IReadOnlyList<ClusterFacts> clusters) =>
        clusters.Where(cluster => Matches(affinity, cluster)).OrderBy(cluster => cluster.Name, StringComparer.Ordinal).ToList();

    public static bool Matches(ClusterAffinity affinity, ClusterFacts cluster) => WhyNot(affinity, cluster) is null;

    /// <summary>Why an affinity leaves a cluster out, as the end of a sentence; null when it takes it.</summary>
    public static string? WhyNot(ClusterAffinity affinity, ClusterFacts cluster)
    {
        if (affinity.Exclude?.Contains(cluster.Name) ?? false)
        {
            return "it is excluded by name";
        }

        if (affinity.ClusterNames is { Count: > 0 } names && !names.Contains(cluster.Name))
        {
            return $"it is not among the named clusters ({string.Join(", ", names)})";
        }

        return affinity.LabelSelector is { } selector && ClusterSelector.FirstUnmet(selector, cluster) is { } unmet
            ? $"its labels do not satisfy {unmet}"
            : null;
    }
}
