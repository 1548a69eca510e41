namespace Kairship.Delivery.Placement;

/// <summary>Karmada's cluster affinity: the named ones (none named means all), less the excluded, that the selectors select (no selector means all).</summary>
public static class AffinityMatcher
{
    /// <summary>The clusters that an affinity selects, by name.</summary>
    public static IReadOnlyList<ClusterFacts> Select(ClusterAffinity affinity, IReadOnlyList<ClusterFacts> clusters) =>
        clusters.Where(new AffinityTest(affinity).Matches).OrderBy(cluster => cluster.Name, StringComparer.Ordinal).ToList();

    public static bool Matches(ClusterAffinity affinity, ClusterFacts cluster) =>
        !(affinity.Exclude?.Contains(cluster.Name) ?? false) && (affinity.ClusterNames is not { Count: > 0 } names || names.Contains(cluster.Name))
        && (affinity.LabelSelector is not { } selector || ClusterSelector.Matches(selector, cluster)) && (affinity.FieldSelector is not { } fields || FieldMatcher.FirstUnmet(fields, cluster) is null);

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

        if (affinity.LabelSelector is { } selector && ClusterSelector.FirstUnmet(selector, cluster) is { } unmet)
        {
            return $"its labels do not satisfy {unmet}";
        }

        return affinity.FieldSelector is { } fields ? WhyNot(fields, cluster) : null;
    }

    private static string? WhyNot(FieldSelector selector, ClusterFacts cluster) => FieldMatcher.FirstUnmet(selector, cluster) is { } requirement
        ? $"its {requirement.Key} is {FieldMatcher.ValueOf(requirement.Key, cluster) ?? "unknown"}, which does not satisfy {ClusterSelector.Describe(requirement)}"
        : null;
}

/// <summary>An affinity made ready for many clusters.</summary>
internal sealed class AffinityTest(ClusterAffinity affinity)
{
    private readonly HashSet<string>? _names = affinity.ClusterNames is { Count: > 0 } names ? [.. names] : null;
    private readonly HashSet<string>? _excluded = affinity.Exclude is { Count: > 0 } names ? [.. names] : null;
    private readonly KeyValuePair<string, string>[] _labels = affinity.LabelSelector?.MatchLabels?.ToArray() ?? [];

    public bool Matches(ClusterFacts cluster) =>
        (_excluded is null || !_excluded.Contains(cluster.Name)) && (_names is null || _names.Contains(cluster.Name))
        && (affinity.LabelSelector is not { } selector || ClusterSelector.Holds(_labels, selector.MatchExpressions, cluster))
        && (affinity.FieldSelector is not { } fields || FieldMatcher.FirstUnmet(fields, cluster) is null);
}

/// <summary>The fields by which Karmada selects and spreads: provider, region, zone.</summary>
public static class FieldMatcher
{
    public static IReadOnlyList<string> Keys { get; } = ["provider", "region", "zone"];

    public static IReadOnlyList<string> Operators { get; } = ["In", "NotIn"];

    internal static string? ValueOf(string key, ClusterFacts cluster) => key switch
    {
        "provider" => cluster.Provider,
        "region" => cluster.Region,
        "zone" => cluster.Zone,
        _ => throw new ArgumentException($"The field '{key}' is not one of {string.Join(", ", Keys)}.", nameof(key)),
    };

    internal static string? ValueOf(SpreadField field, ClusterFacts cluster) => field switch
    {
        SpreadField.Region => cluster.Region,
        SpreadField.Zone => cluster.Zone,
        SpreadField.Provider => cluster.Provider,
        _ => cluster.Name,
    };

    internal static LabelRequirement? FirstUnmet(FieldSelector selector, ClusterFacts cluster)
    {
        for (var i = 0; i < (selector.MatchExpressions?.Count ?? 0); i++)
        {
            var requirement = selector.MatchExpressions![i];
            var value = ValueOf(requirement.Key, cluster);
            var isAmong = value is not null && (requirement.Values?.Contains(value) ?? false);
            var holds = requirement.Operator switch
            {
                "In" => isAmong,
                "NotIn" => !isAmong,
                _ => throw new ArgumentException($"The operator '{requirement.Operator}' of a field selector is not one of {string.Join(", ", Operators)}.", nameof(selector)),
            };
            if (!holds)
            {
                return requirement;
            }
        }

        return null;
    }
}
