using System.Text.Json.Nodes;
using Kairship.EndToEnd.Tests.Processes;

namespace Kairship.EndToEnd.Tests.Shop;

/// <summary>
/// What a cluster holds in the shop's namespace, as text to compare: whole objects less what differs from run to run (identities, versions, times, which
/// release wrote them), pods and replica sets counted.
/// </summary>
internal static class ClusterPicture
{
    private static readonly string[] Counted = ["Pod", "ReplicaSet", "EndpointSlice", "Endpoints"];

    private static readonly string[] Unrelated = ["Event", "Lease"];

    /// <summary>As it is once what is told to end has ended, and nothing changes any more: kinds are read one after the other.</summary>
    public static async Task<string> TakeAsync(ClusterApi cluster)
    {
        string? picture = null;
        await Patience.UntilAsync(
            async () =>
            {
                var all = await cluster.EverythingAsync("shop");
                var before = picture;
                picture = IsSettled(all) ? Draw(all) : null;
                return picture is not null && picture == before;
            },
            () => $"{cluster.Name} does not come to rest: {picture ?? "something still ends there"}");
        return picture!;
    }

    /// <summary>Nothing ends, and nothing is left behind by an owner that is gone: the cluster's garbage collector marks that later.</summary>
    private static bool IsSettled(IReadOnlyList<JsonObject> all)
    {
        var known = all.Select(o => o["metadata"]!["uid"]!.ToString()).ToHashSet(StringComparer.Ordinal);
        return all.All(o => o["metadata"]!["deletionTimestamp"] is null
            && (o["metadata"]!["ownerReferences"] is not JsonArray owners || owners.All(owner => known.Contains(owner!["uid"]!.ToString()))));
    }

    private static string Draw(IReadOnlyList<JsonObject> all)
    {
        var whole = all.Where(o => !Counted.Contains(Kind(o)) && !Unrelated.Contains(Kind(o))).Select(Plain).Order(StringComparer.Ordinal);
        var sets = all.Where(o => Kind(o) == "ReplicaSet" && ((int?)o["spec"]!["replicas"] ?? 1) > 0)
            .Select(s => $"ReplicaSet of {Owner(s)}: {Image(s["spec"]!["template"]!)} {s["status"]?["readyReplicas"] ?? 0}/{s["spec"]!["replicas"]}");
        var pods = all.Where(o => Kind(o) == "Pod")
            .CountBy(p => $"pods {Image(p)} {p["status"]?["phase"]} ready={IsReady(p)}")
            .Select(c => $"{c.Key}: {c.Value}");
        var endpoints = all.Where(o => Kind(o) == "Endpoints")
            .Select(e => $"Endpoints {Name(e)}: {e["subsets"]?.AsArray().Sum(s => s!["addresses"]?.AsArray().Count ?? 0) ?? 0}");
        return string.Join('\n', [.. whole, .. sets.Order(StringComparer.Ordinal), .. pods.Order(StringComparer.Ordinal), .. endpoints.Order(StringComparer.Ordinal)]);
    }

    /// <summary>"Deployment/web", sorted: all that is no pod, replica set, or made by the cluster itself.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(ClusterApi cluster) =>
    [
        .. (await cluster.EverythingAsync("shop"))
            .Where(o => !Counted.Contains(Kind(o)) && !Unrelated.Contains(Kind(o)) && Name(o) is not ("kube-root-ca.crt" or "default"))
            .Select(o => $"{Kind(o)}/{Name(o)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>Ready pods by image: "web:v2" to 4.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> PodsAsync(ClusterApi cluster) =>
        (await cluster.GetAsync("api/v1/namespaces/shop/pods"))["items"]!.AsArray()
            .Where(p => IsReady(p!) && p!["metadata"]!["deletionTimestamp"] is null)
            .CountBy(p => Image(p!)).ToDictionary(c => c.Key, c => c.Value);

    private static string Kind(JsonNode o) => o["kind"]!.ToString();

    private static string Name(JsonNode o) => o["metadata"]!["name"]!.ToString();

    private static string Owner(JsonNode o) => o["metadata"]!["ownerReferences"]?[0]?["name"]?.ToString() ?? "nobody";

    private static string Image(JsonNode template) => template["spec"]!["containers"]![0]!["image"]!.ToString().Split('/')[^1];

    private static bool IsReady(JsonNode pod) =>
        pod["status"]?["conditions"]?.AsArray().Any(c => c!["type"]!.ToString() == "Ready" && c["status"]!.ToString() == "True") ?? false;

    private static string Plain(JsonObject o)
    {
        var metadata = o["metadata"]!.AsObject();
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "creationTimestamp"])
        {
            metadata.Remove(field);
        }

        foreach (var manager in metadata["managedFields"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            manager.Remove("time");
        }

        if (metadata["annotations"] is JsonObject annotations)
        {
            foreach (var name in (string[])["kairship.io/release", "kairship.io/epoch", "deployment.kubernetes.io/revision"])
            {
                annotations.Remove(name);
            }
        }

        if (o["status"] is JsonObject status)
        {
            status.Remove("observedGeneration");
            status.Remove("conditions");
        }

        foreach (var field in (string[])["clusterIP", "clusterIPs"])
        {
            o["spec"]?.AsObject().Remove(field);
        }

        return Sorted(o)!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
