using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Discovery;

/// <summary>The discovery documents: <c>/api</c>, <c>/apis</c>, their groups and versions, each also in aggregated form.</summary>
internal static class DiscoveryDocuments
{
    /// <summary>Every path that has a document or a health answer.</summary>
    public static IEnumerable<string> Paths(IReadOnlyList<ResourceType> types)
    {
        var groups = Groups(WithReviews(types)).ToList();
        return ((string[])["/api", "/api/v1", "/apis", "/apis/", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"])
            .Concat(groups.Select(g => $"/apis/{g.Key}"))
            .Concat(groups.SelectMany(g => Versions(g).Select(v => $"/apis/{g.Key}/{v}")))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Whether a path is under a group that is served.</summary>
    public static bool HasGroup(string path, IReadOnlyList<ResourceType> types) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["apis", var group, ..] && WithReviews(types).Any(t => t.Group == group);

    /// <summary>The document at a path; null when there is none.</summary>
    public static JsonObject? At(string path, IReadOnlyList<ResourceType> types, string host)
    {
        types = WithReviews(types);
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api"] => new JsonObject
            {
                ["kind"] = "APIVersions",
                ["versions"] = new JsonArray("v1"),
                ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = host }),
            },
            ["apis"] => new JsonObject
            {
                ["kind"] = "APIGroupList",
                ["apiVersion"] = "v1",
                ["groups"] = new JsonArray([.. Groups(types).Select(g => (JsonNode)Group(g))]),
            },
            ["apis", var group] when Groups(types).FirstOrDefault(g => g.Key == group) is { } known => Group(known, full: true),
            ["api", "v1"] => Resources("v1", types.Where(t => t.Group.Length == 0)),
            ["apis", var group, var version] when types.Any(t => t.Group == group && t.Version == version) =>
                Resources($"{group}/{version}", types.Where(t => t.Group == group && t.Version == version)),
            _ => null,
        };
    }

    /// <summary>Aggregated discovery of <c>/api</c> (the core group) or <c>/apis</c> (all others).</summary>
    public static JsonObject Aggregated(bool core, IReadOnlyList<ResourceType> types, string version)
    {
        var groups = WithReviews(types).Where(t => (t.Group.Length == 0) == core).GroupBy(t => t.Group);
        var items = groups.Select(g => (JsonNode)new JsonObject
        {
            ["metadata"] = core ? new JsonObject { ["creationTimestamp"] = null } : new JsonObject { ["name"] = g.Key, ["creationTimestamp"] = null },
            ["versions"] = new JsonArray([.. Versions(g).Select(v => (JsonNode)new JsonObject
            {
                ["version"] = v,
                ["resources"] = new JsonArray([.. g.Where(t => t.Version == v).Select(t => (JsonNode)Aggregate(t))]),
                ["freshness"] = "Current",
            })]),
        });
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. items]),
        };
    }

    static IReadOnlyList<ResourceType> WithReviews(IReadOnlyList<ResourceType> types) => [.. types, .. Reviews.Types];

    static IEnumerable<IGrouping<string, ResourceType>> Groups(IReadOnlyList<ResourceType> types) =>
        types.Where(t => t.Group.Length > 0).GroupBy(t => t.Group);

    // The newest stable version first: v2 before v1 before v1beta1.
    static IEnumerable<string> Versions(IEnumerable<ResourceType> types) =>
        types.Select(t => t.Version).Distinct().OrderBy(v => v.Contains("beta", StringComparison.Ordinal) ? 1 : v.Contains("alpha", StringComparison.Ordinal) ? 2 : 0)
            .ThenByDescending(v => v, StringComparer.Ordinal);

    static JsonObject Group(IGrouping<string, ResourceType> types, bool full = false)
    {
        var versions = Versions(types).Select(v => new JsonObject { ["groupVersion"] = $"{types.Key}/{v}", ["version"] = v }).ToList();
        var group = new JsonObject();
        if (full)
        {
            group["kind"] = "APIGroup";
            group["apiVersion"] = "v1";
        }
        group["name"] = types.Key;
        group["versions"] = new JsonArray([.. versions.Select(v => (JsonNode)v)]);
        group["preferredVersion"] = versions[0].DeepClone();
        return group;
    }

    static JsonObject Resources(string groupVersion, IEnumerable<ResourceType> types) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = groupVersion,
        ["resources"] = new JsonArray([.. types.SelectMany(Resource)]),
    };

    static IEnumerable<JsonNode> Resource(ResourceType type)
    {
        var main = new JsonObject
        {
            ["name"] = type.Plural,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = Texts(type.Verbs),
        };
        if (type.ShortNames.Length > 0)
            main["shortNames"] = Texts(type.ShortNames);
        if (type.Categories.Length > 0)
            main["categories"] = Texts(type.Categories);
        yield return main;
        foreach (var (name, group, version, kind, verbs) in Subresources(type))
        {
            var sub = new JsonObject { ["name"] = $"{type.Plural}/{name}", ["singularName"] = "", ["namespaced"] = type.Namespaced };
            if (group is not null)
            {
                sub["group"] = group;
                sub["version"] = version;
            }
            sub["kind"] = kind;
            sub["verbs"] = Texts(verbs);
            yield return sub;
        }
    }

    static JsonObject Aggregate(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["resource"] = type.Plural,
            ["responseKind"] = Kind(type.Group, type.Version, type.Kind),
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = type.Singular,
            ["verbs"] = Texts(type.Verbs),
        };
        if (type.ShortNames.Length > 0)
            resource["shortNames"] = Texts(type.ShortNames);
        if (type.Categories.Length > 0)
            resource["categories"] = Texts(type.Categories);
        var subresources = Subresources(type).Select(s => (JsonNode)new JsonObject
        {
            ["subresource"] = s.Name,
            ["responseKind"] = Kind(s.Group ?? type.Group, s.Version ?? type.Version, s.Kind),
            ["verbs"] = Texts(s.Verbs),
        }).ToArray();
        if (subresources.Length > 0)
            resource["subresources"] = new JsonArray(subresources);
        return resource;
    }

    static IEnumerable<(string Name, string? Group, string? Version, string Kind, string[] Verbs)> Subresources(ResourceType type)
    {
        if (type.HasStatus)
            yield return ("status", null, null, type.Kind, ["get", "patch", "update"]);
        if (type.HasScale)
            yield return ("scale", "autoscaling", "v1", "Scale", ["get", "patch", "update"]);
        if (type is { Group: "", Plural: "pods" })
        {
            yield return ("binding", null, null, "Binding", ["create"]);
            yield return ("eviction", "policy", "v1", "Eviction", ["create"]);
            yield return ("log", null, null, "Pod", ["get"]);
        }
        if (type is { Group: "", Plural: "namespaces" })
            yield return ("finalize", null, null, "Namespace", ["update"]);
    }

    static JsonObject Kind(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
