using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Scaling;

/// <summary>Which workloads of a revision a policy scales, and whether it may: two who set one number would fight.</summary>
/// <param name="Workloads">The measured one first; empty when there is a problem.</param>
/// <param name="Problem">Why the policy does not fit the manifests, as a sentence.</param>
public sealed record ScalingTargets(IReadOnlyList<string> Workloads, string? Problem = null)
{
    /// <exception cref="ManifestException">A workload's spec.replicas is not a whole number.</exception>
    public static ScalingTargets Of(ScalingPolicy policy, IReadOnlyList<Manifest> manifests)
    {
        var there = manifests.Where(m => WorkloadKey.HasReplicas(m.Ref)).Select(m => WorkloadKey.Of(m.Ref)).Distinct().Order(StringComparer.Ordinal).ToList();
        var autoscaled = WorkloadKey.Autoscaled(manifests);
        var named = policy.Workloads.Count > 0 ? policy.Workloads
            : policy.Owns == ScalingOwnership.Bounds && there.Count(autoscaled.Contains) == 1 ? there.Where(autoscaled.Contains).ToList() : there;
        if (policy.Workloads.Count == 0 && named.Count != 1)
        {
            return new ScalingTargets([], $"spec.scaling does not say which workload is scaled, and the manifests have {named.Count} with replicas{List(named)}; name one in spec.scaling.workloads.");
        }

        foreach (var workload in named)
        {
            if (!there.Contains(workload))
            {
                return new ScalingTargets([], $"spec.scaling names {workload}, which is not among the manifests; those with replicas are{List(there)}.");
            }

            if (policy.Owns == ScalingOwnership.Total && autoscaled.Contains(workload))
            {
                return new ScalingTargets([], $"{workload} has an autoscaler among the manifests, which would fight the total that Kairship sets: remove it, or write 'owns: bounds' to set only its bounds.");
            }

            if (policy.Owns == ScalingOwnership.Bounds && !autoscaled.Contains(workload))
            {
                return new ScalingTargets([], $"{workload} has no autoscaler among the manifests whose bounds could be set: add a HorizontalPodAutoscaler, or write 'owns: total'.");
            }
        }

        return new ScalingTargets([.. named]);
    }

    private static string List(IReadOnlyList<string> workloads) => workloads.Count == 0 ? "" : $" ({string.Join(", ", workloads.Take(10))}{(workloads.Count > 10 ? ", …" : "")})";
}
