using System.Text.Json.Nodes;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources;

/// <summary>Who made an object that is not Kairship's, as far as its metadata tells.</summary>
internal static class Origin
{
    /// <summary>"was created by ...": the most telling of owner, tool and first field manager.</summary>
    public static string Of(JsonObject obj)
    {
        if (Owner(obj) is { } owner)
        {
            return $"belongs to {owner}";
        }

        if (OwnershipLabels.AnnotationOf(obj, "meta.helm.sh/release-name") is { } helm)
        {
            return $"was created by Helm (release {helm})";
        }

        if ((OwnershipLabels.LabelOf(obj, "kustomize.toolkit.fluxcd.io/name") ?? OwnershipLabels.LabelOf(obj, "helm.toolkit.fluxcd.io/name")) is { } flux)
        {
            return $"is applied by Flux ({flux})";
        }

        if ((OwnershipLabels.AnnotationOf(obj, "argocd.argoproj.io/tracking-id") ?? OwnershipLabels.LabelOf(obj, "argocd.argoproj.io/instance")) is { } argo)
        {
            return $"is applied by Argo CD ({argo.Split(':')[0]})";
        }

        if (OwnershipLabels.LabelOf(obj, ApplySet.PartOf) is { } set)
        {
            return $"is a member of another ApplySet ({set})";
        }

        return FirstManager(obj) is { } manager ? $"was created by \"{manager}\", not by Kairship" : "was not created by Kairship";
    }

    private static string? Owner(JsonObject obj) =>
        (obj["metadata"]?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(o => o["controller"] is JsonValue flag && flag.TryGetValue<bool>(out var is_) && is_)
            is { } owner ? $"{owner["kind"]}/{owner["name"]}, which controls it" : null;

    private static string? FirstManager(JsonObject obj) =>
        (obj["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(m => m["subresource"] is null && !string.IsNullOrEmpty(m["manager"]?.ToString()))
            .OrderBy(m => m["time"]?.ToString() ?? "", StringComparer.Ordinal)
            .FirstOrDefault()?["manager"]?.ToString();
}
