using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Applications;

/// <summary>What affinities and selectors must satisfy, with Kubernetes' rules for labels.</summary>
internal static class SelectorRules
{
    public static void Affinity(ClusterAffinity affinity, string path, ProblemList check)
    {
        Names(affinity.ClusterNames, $"{path}.clusterNames", check);
        Names(affinity.Exclude, $"{path}.exclude", check);
        Selector(affinity.LabelSelector, $"{path}.labelSelector", check);
        for (var i = 0; i < (affinity.FieldSelector?.MatchExpressions?.Count ?? 0); i++)
        {
            Field(affinity.FieldSelector!.MatchExpressions![i], $"{path}.fieldSelector.matchExpressions[{i}]", check);
        }
    }

    public static void Names(IReadOnlyList<string>? names, string path, ProblemList check)
    {
        for (var i = 0; i < (names?.Count ?? 0); i++)
        {
            check.Unless(DnsName.IsLabel(names![i]), $"{path}[{i}]", $"'{names[i]}' cannot be a cluster: its name must be {DnsName.LabelRule}.");
        }
    }

    public static void Selector(LabelSelector? selector, string path, ProblemList check)
    {
        foreach (var (key, value) in selector?.MatchLabels ?? new Dictionary<string, string>())
        {
            Key(key, $"{path}.matchLabels['{key}']", check);
            Value(value, $"{path}.matchLabels['{key}']", check);
        }

        for (var i = 0; i < (selector?.MatchExpressions?.Count ?? 0); i++)
        {
            Requirement(selector!.MatchExpressions![i], $"{path}.matchExpressions[{i}]", check);
        }
    }

    private static void Field(LabelRequirement requirement, string path, ProblemList check)
    {
        check.Unless(FieldMatcher.Keys.Contains(requirement.Key), $"{path}.key", $"'{requirement.Key}' is not one of {string.Join(", ", FieldMatcher.Keys)}.");
        check.Unless(FieldMatcher.Operators.Contains(requirement.Operator), $"{path}.operator", $"'{requirement.Operator}' is not one of {string.Join(", ", FieldMatcher.Operators)}.");
        check.Unless(requirement.Values is { Count: > 0 }, $"{path}.values", $"is empty; {requirement.Operator} needs at least one value.");
    }

    private static void Requirement(LabelRequirement requirement, string path, ProblemList check)
    {
        Key(requirement.Key, $"{path}.key", check);
        var needsValues = requirement.Operator is "In" or "NotIn";
        check.Unless(ClusterSelector.Operators.Contains(requirement.Operator), $"{path}.operator", $"'{requirement.Operator}' is not one of {string.Join(", ", ClusterSelector.Operators)}.");
        check.Unless(!needsValues || requirement.Values is { Count: > 0 }, $"{path}.values", $"is empty; {requirement.Operator} needs at least one value.");
        check.Unless(needsValues || requirement.Values is null or { Count: 0 }, $"{path}.values", $"has no meaning with {requirement.Operator}; leave it out.");
        for (var i = 0; i < (requirement.Values?.Count ?? 0); i++)
        {
            Value(requirement.Values![i], $"{path}.values[{i}]", check);
        }
    }

    private static void Key(string key, string path, ProblemList check) =>
        check.Unless(DnsName.IsLabelKey(key), path, $"'{key}' is not a label's key: an optional prefix as 'example.com/', then letters, digits, '-', '_' and '.', at most 63.");

    private static void Value(string value, string path, ProblemList check) =>
        check.Unless(DnsName.IsLabelValue(value), path, $"'{value}' is not a label's value: letters, digits, '-', '_' and '.', at most 63.");
}
