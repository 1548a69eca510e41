using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Overrides;

/// <summary>
/// Which rules act on an object, and in which order: those of cluster scope first, then the least specific first (all objects or a kind, then labels, then a name), so that
/// the most specific has the last word; equally specific ones by name, and then as they are written.
/// </summary>
internal static class OverrideOrder
{
    public static IReadOnlyList<OverrideRule> For(Manifest manifest, IReadOnlyList<OverrideRule> rules) => rules
        .Select(rule => (Rule: rule, Specificity: Specificity(rule, manifest)))
        .Where(found => found.Specificity >= 0)
        .OrderByDescending(found => found.Rule.Scope)
        .ThenBy(found => found.Specificity)
        .ThenBy(found => found.Rule.Name ?? "", StringComparer.Ordinal)
        .Select(found => found.Rule)
        .ToList();

    /// <summary>Whether an object is meant.</summary>
    public static bool Selects(ObjectSelector selector, Manifest manifest) => Specificity(selector, manifest) >= 0;

    // 0: all objects or a kind; 1: by labels; 2: by name; -1: not meant.
    private static int Specificity(OverrideRule rule, Manifest manifest) =>
        rule.ResourceSelectors.Count == 0 ? 0 : rule.ResourceSelectors.Max(selector => Specificity(selector, manifest));

    private static int Specificity(ObjectSelector selector, Manifest manifest)
    {
        var reference = manifest.Ref;
        if (selector.ApiVersion != reference.ApiVersion || selector.Kind != reference.Kind
            || (selector.Namespace is { } space && reference.Namespace is { } own && space != own)
            || (selector.Name is { } name && name != reference.Name))
        {
            return -1;
        }

        if (selector.Name is not null)
        {
            return 2;
        }

        return selector.LabelSelector is not { } labels ? 0 : ClusterSelector.Matches(labels, new ClusterFacts(reference.Name, LabelsOf(manifest))) ? 1 : -1;
    }

    private static Dictionary<string, string> LabelsOf(Manifest manifest) => (PodTemplates.At(manifest.Json, "metadata", "labels") as JsonObject ?? [])
        .Where(l => l.Value is not null).ToDictionary(l => l.Key, l => l.Value!.ToString());
}
