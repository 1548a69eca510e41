using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.Versions;

/// <summary>One manifest in another version of its kind.</summary>
/// <param name="Manifest">null: it cannot be written so without losing or changing something.</param>
/// <param name="Why">What stands in the way.</param>
internal readonly record struct ConvertedManifest(Manifest? Manifest, string? Why = null);

/// <summary>
/// Kinds whose versions mean the same, field by field: what a manifest says in one of them it can say in another. Versions with other defaults or semantics
/// (CustomResourceDefinition, admission webhooks, apps before v1, flow schemas) are not here: rewriting those is their author's business.
/// </summary>
internal static class VersionConversions
{
    private const string AccessControl = "rbac.authorization.k8s.io";

    private static readonly Dictionary<(string Group, string Kind), KindVersions> Known = new()
    {
        [("policy", "PodDisruptionBudget")] = new(["v1", "v1beta1"], Objection: EmptySelector),
        [("batch", "CronJob")] = new(["v1", "v1beta1"]),
        [("autoscaling", "HorizontalPodAutoscaler")] = new(["v2", "v2beta2"]),
        [("networking.k8s.io", "Ingress")] = new(["v1", "v1beta1"], Rewrite: IngressVersions.Rewrite),
        [("networking.k8s.io", "IngressClass")] = new(["v1", "v1beta1"]),
        [("discovery.k8s.io", "EndpointSlice")] = new(["v1", "v1beta1"], Objection: Topology),
        [(AccessControl, "Role")] = new(["v1", "v1beta1"]),
        [(AccessControl, "ClusterRole")] = new(["v1", "v1beta1"]),
        [(AccessControl, "RoleBinding")] = new(["v1", "v1beta1"]),
        [(AccessControl, "ClusterRoleBinding")] = new(["v1", "v1beta1"]),
        [("scheduling.k8s.io", "PriorityClass")] = new(["v1", "v1beta1"]),
        [("storage.k8s.io", "StorageClass")] = new(["v1", "v1beta1"]),
        [("storage.k8s.io", "CSIDriver")] = new(["v1", "v1beta1"]),
        [("node.k8s.io", "RuntimeClass")] = new(["v1", "v1beta1"]),
        [("coordination.k8s.io", "Lease")] = new(["v1", "v1beta1"]),
        [("apiregistration.k8s.io", "APIService")] = new(["v1", "v1beta1"]),
    };

    /// <summary>The other apiVersions that a kind may be written in, the most modern first; none for kinds that are not in the table.</summary>
    public static IEnumerable<string> Alternatives(string apiVersion, string kind)
    {
        var (group, version) = Split(apiVersion);
        return Known.TryGetValue((group, kind), out var versions) && versions.Names.Contains(version)
            ? versions.Names.Where(name => name != version).Select(name => $"{group}/{name}")
            : [];
    }

    /// <param name="apiVersion">One of <see cref="Alternatives"/>.</param>
    public static ConvertedManifest Convert(Manifest manifest, string apiVersion)
    {
        var (group, version) = Split(apiVersion);
        var versions = Known[(group, manifest.Ref.Kind)];
        if (versions.Objection?.Invoke(manifest.Json) is { } objection)
        {
            return new ConvertedManifest(null, objection);
        }

        var json = (JsonObject)manifest.Json.DeepClone();
        json["apiVersion"] = apiVersion;
        return versions.Rewrite?.Invoke(json, version) is { } why
            ? new ConvertedManifest(null, why)
            : new ConvertedManifest(new Manifest(manifest.Ref with { ApiVersion = apiVersion }, json));
    }

    internal static (string Group, string Version) Split(string apiVersion) =>
        apiVersion.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (apiVersion[..slash], apiVersion[(slash + 1)..]) : ("", apiVersion);

    private static string? EmptySelector(JsonObject json) => json["spec"]?["selector"] is JsonObject { Count: 0 }
        ? "an empty spec.selector selects all pods in policy/v1 and none in policy/v1beta1: say which pods are meant"
        : null;

    private static string? Topology(JsonObject json)
    {
        string[] changed = ["topology", "deprecatedTopology", "zone", "hints"];
        var used = (json["endpoints"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(e => changed.Where(e.ContainsKey)).FirstOrDefault();
        return used is null ? null : $"endpoints[].{used} is not the same in v1 and v1beta1";
    }

    /// <param name="Names">Most modern first.</param>
    /// <param name="Objection">Why a manifest has no equal in the other versions.</param>
    /// <param name="Rewrite">Brings a copy into the version named; what it returns stands in the way. null: only apiVersion differs.</param>
    private sealed record KindVersions(string[] Names, Func<JsonObject, string?>? Objection = null, Func<JsonObject, string, string?>? Rewrite = null);
}
