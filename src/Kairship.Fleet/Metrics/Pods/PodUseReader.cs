using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Metrics.Pods;

/// <summary>Reads what the pods of a workload use, by the metrics API of their cluster.</summary>
internal static class PodUseReader
{
    private const string Api = "metrics.k8s.io/v1beta1";

    /// <param name="planned">Pods that should be there: what counts as not measured when the cluster cannot be asked.</param>
    public static async Task<PodUse> ReadAsync(ClusterConnection connection, ObjectRef workload, string resource, int planned, CancellationToken cancellationToken)
    {
        var cluster = connection.Cluster;
        if (await connection.Discovery.FindAsync(Api, "PodMetrics", cancellationToken) is null)
        {
            return PodUse.Without(cluster, planned, $"it has no metrics API ({Api}); install metrics-server");
        }

        if (await connection.Resources.GetAsync(workload, cancellationToken) is not { } live || WorkloadSelector.Of(live) is not { } selector)
        {
            return PodUse.Without(cluster, planned, $"{workload} is not there");
        }

        var pods = await connection.Resources.ListAsync("v1", "Pod", workload.Namespace, selector, cancellationToken);
        var metrics = await connection.Resources.ListAsync(Api, "PodMetrics", workload.Namespace, selector, cancellationToken);
        return Match(cluster, pods.Items, metrics.Items, resource);
    }

    internal static PodUse Match(string cluster, IReadOnlyList<JsonObject> pods, IReadOnlyList<JsonObject> metrics, string resource)
    {
        var used = metrics.GroupBy(NameOf).ToDictionary(m => m.Key, m => Use(m.First(), resource), StringComparer.Ordinal);
        var (sum, requested, measured, missing) = (0m, (decimal?)0m, 0, 0);
        foreach (var pod in pods.Where(IsRunningOrComing))
        {
            // What a pod uses while it starts says nothing about what it will use.
            if (!used.TryGetValue(NameOf(pod), out var use) || use is null || !IsReady(pod))
            {
                missing++;
                continue;
            }

            (sum, measured) = (sum + use.Value, measured + 1);
            requested = Requested(pod, resource) is { } share ? requested + share : null;
        }

        return new PodUse(cluster, sum, requested, measured, missing);
    }

    private static bool IsRunningOrComing(JsonObject pod) =>
        pod["metadata"]?["deletionTimestamp"] is null && pod["status"]?["phase"]?.ToString() is not ("Succeeded" or "Failed");

    private static bool IsReady(JsonObject pod) => (pod["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>()
        .Any(c => c["type"]?.ToString() == "Ready" && c["status"]?.ToString() == "True");

    private static string NameOf(JsonObject item) => item["metadata"]?["name"]?.ToString() ?? "";

    /// <summary>Null: a container of it was not measured.</summary>
    private static decimal? Use(JsonObject metrics, string resource) =>
        Sum((metrics["containers"] as JsonArray ?? []).OfType<JsonObject>().Select(c => c["usage"]?[resource]?.ToString()));

    private static decimal? Requested(JsonObject pod, string resource) =>
        Sum((pod["spec"]?["containers"] as JsonArray ?? []).OfType<JsonObject>().Select(c => (c["resources"]?["requests"]?[resource] ?? c["resources"]?["limits"]?[resource])?.ToString()));

    private static decimal? Sum(IEnumerable<string?> quantities)
    {
        var (sum, any) = (0m, false);
        foreach (var text in quantities)
        {
            if (!Quantity.TryParse(text, out var amount))
            {
                return null;
            }

            (sum, any) = (sum + amount, true);
        }

        return any ? sum : null;
    }
}
