namespace Kairship.Delivery.Placement;

/// <summary>Kubernetes' label selectors over a cluster's labels.</summary>
public static class ClusterSelector
{
    /// <summary>The operators that a requirement may use.</summary>
    public static IReadOnlyList<string> Operators { get; } = ["In", "NotIn", "Exists", "DoesNotExist"];

    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>True when every requirement holds. A null selector selects nothing, an empty one everything. NotIn holds where the key is absent.</summary>
    /// <exception cref="ArgumentException">An operator that is not one of <see cref="Operators"/>.</exception>
    public static bool Matches(LabelSelector? selector, ClusterFacts cluster) => selector is not null && Holds([.. selector.MatchLabels ?? NoLabels], selector.MatchExpressions, cluster);

    /// <summary>The requirement that keeps a cluster out, in words ("tier=edge", "region In [eu, us]"); null when all hold.</summary>
    internal static string? FirstUnmet(LabelSelector selector, ClusterFacts cluster)
    {
        foreach (var (key, value) in selector.MatchLabels?.OrderBy(l => l.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, string>>())
        {
            if (!cluster.Labels.TryGetValue(key, out var actual) || actual != value)
            {
                return $"{key}={value}";
            }
        }

        return selector.MatchExpressions?.FirstOrDefault(requirement => !Holds(requirement, cluster.Labels)) is { } unmet ? Describe(unmet) : null;
    }

    /// <summary>As <see cref="FirstUnmet"/>, without the words, and without allocating: it is asked a million times.</summary>
    internal static bool Holds(ReadOnlySpan<KeyValuePair<string, string>> labels, IReadOnlyList<LabelRequirement>? expressions, ClusterFacts cluster)
    {
        foreach (var (key, value) in labels)
        {
            if (!cluster.Labels.TryGetValue(key, out var actual) || actual != value)
            {
                return false;
            }
        }

        for (var i = 0; i < (expressions?.Count ?? 0); i++)
        {
            if (!Holds(expressions![i], cluster.Labels))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool Holds(LabelRequirement requirement, IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(requirement.Key, out var value);
        return requirement.Operator switch
        {
            "In" => present && (requirement.Values?.Contains(value!) ?? false),
            "NotIn" => !present || !(requirement.Values?.Contains(value!) ?? false),
            "Exists" => present,
            "DoesNotExist" => !present,
            _ => throw new ArgumentException($"The selector operator '{requirement.Operator}' is not one of {string.Join(", ", Operators)}.", nameof(requirement)),
        };
    }

    internal static string Describe(LabelRequirement requirement) => requirement.Values is { Count: > 0 } values
        ? $"{requirement.Key} {requirement.Operator} [{string.Join(", ", values)}]"
        : $"{requirement.Key} {requirement.Operator}";
}
