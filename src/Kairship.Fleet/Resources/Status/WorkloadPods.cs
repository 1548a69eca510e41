using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Status;

/// <summary>
/// The pods of a workload's present revision. An earlier revision's pods may be failing still while the new ones come (a rollback does that), and must not
/// speak for them.
/// </summary>
internal static class WorkloadPods
{
    /// <summary>Pods by the workload's uid: two lists for each namespace.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<JsonObject>>> ReadAsync(
        ClusterConnection connection, IReadOnlyList<JsonObject> workloads, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlyList<JsonObject>>(StringComparer.Ordinal);
        foreach (var group in workloads.GroupBy(w => w["metadata"]?["namespace"]?.ToString() ?? ""))
        {
            var list = group.ToList();
            var selector = list.Count == 1 ? SelectorOf(list[0]) : null;
            var pods = connection.Resources.ListAsync("v1", "Pod", group.Key, selector, cancellationToken);
            var sets = list.Any(IsDeployment)
                ? (await connection.Resources.ListAsync("apps/v1", "ReplicaSet", group.Key, selector, cancellationToken)).Items
                : [];
            var byOwner = (await pods).Items.ToLookup(OwnerOf, StringComparer.Ordinal);
            foreach (var workload in list)
            {
                found[HealthReader.UidOf(workload)] = PodsOf(workload, sets, byOwner);
            }
        }

        return found;
    }

    /// <summary>The pods of the present revision among all pods.</summary>
    internal static IReadOnlyList<JsonObject> PodsOf(JsonObject workload, IReadOnlyList<JsonObject> replicaSets, ILookup<string, JsonObject> byOwner)
    {
        var uid = HealthReader.UidOf(workload);
        if (IsDeployment(workload))
        {
            var revision = RevisionOf(workload);
            var present = replicaSets.Where(s => OwnerOf(s) == uid && RevisionOf(s) == revision).MaxBy(s => s["metadata"]?["creationTimestamp"]?.ToString(), StringComparer.Ordinal);
            return present is null ? [] : [.. byOwner[HealthReader.UidOf(present)]];
        }

        var update = workload["status"]?["updateRevision"]?.ToString();
        return [.. byOwner[uid].Where(p => update is null || p["metadata"]?["labels"]?["controller-revision-hash"]?.ToString() == update)];
    }

    private static bool IsDeployment(JsonObject workload) => workload["kind"]?.ToString() == "Deployment";

    private static long RevisionOf(JsonObject obj) =>
        long.TryParse(OwnershipLabels.AnnotationOf(obj, "deployment.kubernetes.io/revision"), CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    private static string OwnerOf(JsonObject obj) =>
        (obj["metadata"]?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(o => o["controller"]?.ToString() == "true")?["uid"]?.ToString() ?? "";

    private static string? SelectorOf(JsonObject workload) =>
        workload["spec"]?["selector"] is JsonObject { Count: 1 } selector && selector["matchLabels"] is JsonObject labels && labels.Count > 0
            ? string.Join(',', labels.Select(l => $"{l.Key}={l.Value}"))
            : null;
}
