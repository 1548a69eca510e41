using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>"Deployment/web": how plans, replicas and canaries name a workload of an application.</summary>
public static class WorkloadKey
{
    private static readonly HashSet<string> Scaled = ["apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "/ReplicationController"];

    public static string Of(ObjectRef reference) => $"{reference.Kind}/{reference.Name}";

    /// <summary>True for kinds with a number of replicas: Deployment, StatefulSet, ReplicaSet, ReplicationController.</summary>
    public static bool HasReplicas(ObjectRef reference) => Scaled.Contains($"{reference.Group}/{reference.Kind}");

    public static bool IsDeployment(ObjectRef reference) => reference is { Group: "apps", Kind: "Deployment" };

    /// <summary>spec.replicas, or 1 as Kubernetes defaults it.</summary>
    /// <exception cref="ManifestException">spec.replicas is not a whole number from 0 on.</exception>
    public static int Replicas(Manifest workload) => (workload.Json["spec"] as JsonObject)?["replicas"] switch
    {
        null => 1,
        JsonValue value when int.TryParse(value.ToJsonString(), NumberStyles.None, CultureInfo.InvariantCulture, out var replicas) => replicas,
        var other => throw new ManifestException($"{workload.Ref}: spec.replicas is {other.ToJsonString()}; it must be a whole number from 0 on."),
    };

    /// <summary>Keys of the workloads that an autoscaler among the manifests sizes (HorizontalPodAutoscaler, KEDA's ScaledObject).</summary>
    public static IReadOnlySet<string> Autoscaled(IReadOnlyList<Manifest> manifests)
    {
        var keys = new HashSet<string>();
        foreach (var manifest in manifests.Where(m => m.Ref.Kind is "HorizontalPodAutoscaler" or "ScaledObject"))
        {
            if ((manifest.Json["spec"] as JsonObject)?["scaleTargetRef"] is JsonObject target && target["name"] is { } name)
            {
                keys.Add($"{target["kind"]?.ToString() ?? "Deployment"}/{name}");
            }
        }

        return keys;
    }
}
