using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Namespaces;

/// <summary>What the conditions of a terminating namespace tell of the content that is left.</summary>
internal static class NamespaceConditions
{
    /// <param name="left">The keys and the objects that are still there.</param>
    /// <returns>Whether anything of the status changed.</returns>
    public static bool Tell(JsonObject status, IReadOnlyList<(ObjectKey Key, JsonObject Object)> left, string now)
    {
        var kinds = left.GroupBy(o => $"{o.Key.Plural}.{o.Key.Group}").Select(g => $"{g.Key} has {g.Count()} resource instances").Order(StringComparer.Ordinal);
        var finalizers = left.SelectMany(o => o.Object["metadata"]?["finalizers"] as JsonArray ?? []).GroupBy(f => JsonTree.Text(f) ?? "")
            .Select(g => $"{g.Key} in {g.Count()} resource instances").Order(StringComparer.Ordinal).ToList();
        (string Type, bool Bad, string Reason, string Message)[] conditions =
        [
            ("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"),
            ("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            ("NamespaceDeletionContentFailure", false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            left.Count > 0
                ? ("NamespaceContentRemaining", true, "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", kinds)}")
                : ("NamespaceContentRemaining", false, "ContentRemoved", "All content successfully removed"),
            finalizers.Count > 0
                ? ("NamespaceFinalizersRemaining", true, "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}")
                : ("NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
        ];
        var changed = false;
        foreach (var (type, bad, reason, message) in conditions)
        {
            changed |= ObjectReading.SetCondition(status, type, bad ? "True" : "False", now, reason, message);
        }

        return changed;
    }
}
