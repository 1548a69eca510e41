using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Simulator;
using Kairship.Simulator.Objects;

namespace Kairship.Server.Failover.Drills.Twins;

/// <summary>Looks at what runs in twins, past all that a drill may have broken.</summary>
internal static class TwinSight
{
    /// <summary>Pods of a workload that are ready; null: there is no such workload, or of a kind that has no number of them.</summary>
    /// <param name="workload">"Deployment/web".</param>
    public static int? Ready(SimulatedCluster twin, string ns, string workload)
    {
        var slash = workload.IndexOf('/', StringComparison.Ordinal);
        var (kind, name) = (workload[..slash], workload[(slash + 1)..]);
        var key = kind switch
        {
            "Deployment" => new ObjectKey("apps", "deployments", ns, name),
            "StatefulSet" => new ObjectKey("apps", "statefulsets", ns, name),
            "ReplicaSet" => new ObjectKey("apps", "replicasets", ns, name),
            _ => default,
        };
        return key.Plural is null || twin.Store.Get(key) is not { } found ? null : (int)(Number(found["status"]?["readyReplicas"]) ?? 0);
    }

    /// <summary>Objects in all twins but for what stands for others.</summary>
    public static int Pods(SimulatedFleet twins) => twins.Clusters.Sum(c => c.Store.List("", "pods").Count(p => p["metadata"]?["namespace"]?.GetValue<string>() != TwinFleet.Others));

    /// <summary>Workloads of an application that have fewer ready pods in a cluster than they should, as sentences.</summary>
    /// <param name="replicas">"Deployment/web" to its replicas there.</param>
    public static IEnumerable<string> Missing(SimulatedCluster twin, ApplicationCopy application, IReadOnlyDictionary<string, int> replicas)
    {
        var spaces = application.Manifests.GroupBy(m => WorkloadKey.Of(m.Ref)).ToDictionary(g => g.Key, g => g.First().Ref.Namespace ?? application.Released.Namespace);
        foreach (var (workload, wanted) in replicas)
        {
            if (Ready(twin, spaces.GetValueOrDefault(workload) ?? application.Released.Namespace, workload) is var ready && (ready ?? 0) < wanted)
            {
                yield return $"{application.Name}: {workload} has {ready ?? 0} of {wanted} replicas ready in {twin.Name}.";
            }
        }
    }

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : node is JsonValue other && other.TryGetValue<double>(out var real) ? real : null;
}
