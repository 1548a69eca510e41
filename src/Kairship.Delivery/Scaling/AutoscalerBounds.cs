using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Scaling;

/// <summary>Sets the bounds of autoscalers among manifests (HorizontalPodAutoscaler, KEDA's ScaledObject), and nothing else of them.</summary>
public static class AutoscalerBounds
{
    /// <param name="shares">Workload ("Deployment/web") to its bounds in the cluster that the manifests are for.</param>
    /// <returns>The same manifests; autoscalers of these workloads as changed clones.</returns>
    public static IReadOnlyList<Manifest> Apply(IReadOnlyList<Manifest> manifests, IReadOnlyDictionary<string, ScalingShare> shares) =>
        manifests.Select(m => TargetOf(m) is { } target && shares.TryGetValue(target, out var share) ? With(m, share) : m).ToList();

    /// <summary>The workload that an autoscaler sizes; null: it is none.</summary>
    public static string? TargetOf(Manifest manifest) => WorkloadKey.Autoscaled([manifest]).FirstOrDefault();

    private static Manifest With(Manifest autoscaler, ScalingShare share)
    {
        var json = (JsonObject)autoscaler.Json.DeepClone();
        var spec = PodTemplates.Ensure(json, "spec");
        var isKeda = autoscaler.Ref.Kind == "ScaledObject";
        spec[isKeda ? "minReplicaCount" : "minReplicas"] = PodTemplates.Number(share.Min);
        spec[isKeda ? "maxReplicaCount" : "maxReplicas"] = PodTemplates.Number(share.Max);
        return Manifest.From(json);
    }
}
