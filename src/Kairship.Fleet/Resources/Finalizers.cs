using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources;

/// <summary>What holds an object that is being deleted.</summary>
internal static class Finalizers
{
    /// <summary>" (held by ...)", or nothing when nothing is known to hold it.</summary>
    public static string Explain(JsonObject obj)
    {
        var names = (obj["metadata"]?["finalizers"] as JsonArray ?? []).Concat(obj["spec"]?["finalizers"] as JsonArray ?? []).Select(f => f?.ToString()).OfType<string>().ToList();
        var left = (obj["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(c => c["status"]?.ToString() == "True" && c["type"]?.ToString() is "NamespaceContentRemaining" or "NamespaceFinalizersRemaining" or "NamespaceDeletionContentFailure")
            .Select(c => c["message"]?.ToString()).OfType<string>().ToList();
        return names.Count == 0 && left.Count == 0 ? ""
            : $" (held by {(names.Count == 1 ? "finalizer" : "finalizers")} {string.Join(", ", names)}{string.Concat(left.Select(text => $"; {text}"))})";
    }
}
