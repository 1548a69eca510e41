using System.Text.Json.Nodes;
using Kairship.Simulator;

namespace Kairship.Testing.Releases;

/// <summary>What a simulated cluster really holds, read past all of Kairship's code.</summary>
public static class ClusterTruth
{
    private static readonly (string Group, string Plural)[] Kinds =
    [
        ("", "configmaps"), ("", "secrets"), ("", "services"), ("", "serviceaccounts"), ("apps", "deployments"), ("apps", "statefulsets"),
        ("autoscaling", "horizontalpodautoscalers"), ("batch", "jobs"),
    ];

    /// <summary>"deployments/web image:v2 4/4", sorted: the objects of a namespace that people made, with what matters of them.</summary>
    public static IReadOnlyList<string> Of(SimulatedCluster cluster, string ns) =>
    [
        .. Kinds.SelectMany(kind => cluster.Store.List(kind.Group, kind.Plural, ns)
            .Where(o => o["metadata"]?["labels"]?["kairship.io/application"] is not null)
            .Select(o => Describe(kind.Plural, o))).Order(StringComparer.Ordinal),
    ];

    /// <summary>Running pods by image tag: "web:v2" to 4.</summary>
    public static IReadOnlyDictionary<string, int> Pods(SimulatedCluster cluster, string ns) => cluster.Store.List("", "pods", ns)
        .Where(p => p["metadata"]?["deletionTimestamp"] is null)
        .CountBy(p => p["spec"]!["containers"]![0]!["image"]!.ToString().Split('/')[^1])
        .ToDictionary(c => c.Key, c => c.Value);

    private static string Describe(string plural, JsonObject o)
    {
        var name = o["metadata"]!["name"]!.ToString();
        var track = o["metadata"]!["labels"]!["kairship.io/track"] is { } t ? $" track={t}" : "";
        return plural == "deployments"
            ? $"{plural}/{name}{track} {o["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString().Split('/')[^1]} {o["status"]?["readyReplicas"] ?? 0}/{o["spec"]!["replicas"]}"
            : $"{plural}/{name}{track}";
    }
}
