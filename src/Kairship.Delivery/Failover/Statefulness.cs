using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Failover;

/// <summary>Whether two of an application at the same time would do harm.</summary>
public static class Statefulness
{
    /// <summary>What makes it stateful, as a sentence; null: nothing does.</summary>
    public static string? Of(Application application, IReadOnlyList<Manifest> manifests)
    {
        if (manifests.FirstOrDefault(KeepsState) is { } found)
        {
            return $"{application.Name} keeps state in {found.Ref}.";
        }

        return application.Failover.Stateful is null ? null : $"{application.Name} says that it is stateful (spec.failover.stateful).";
    }

    private static bool KeepsState(Manifest manifest) =>
        manifest.Ref is { Group: "apps", Kind: "StatefulSet" } or { Group: "", Kind: "PersistentVolumeClaim" }
        || PodTemplates.Specs(manifest.Json).Any(pod => (pod["volumes"] as JsonArray ?? []).OfType<JsonObject>().Any(volume => volume["persistentVolumeClaim"] is JsonObject));
}
