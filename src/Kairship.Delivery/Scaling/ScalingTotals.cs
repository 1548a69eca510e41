using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Scaling;

/// <summary>The totals that an application has, as its last plan put them into clusters.</summary>
public static class ScalingTotals
{
    /// <summary>Workload to replicas over all clusters.</summary>
    public static IReadOnlyDictionary<string, int> Of(Plan plan) =>
        plan.Targets.SelectMany(t => t.Replicas).GroupBy(r => r.Key, r => r.Value).ToDictionary(w => w.Key, w => w.Sum());

    /// <summary>
    /// The totals that a release keeps, whatever its manifests say: those of the workloads that Kairship scales, as the plan before has them. None where the application is not scaled, or has no plan yet:
    /// then the manifests say them.
    /// </summary>
    /// <exception cref="ManifestException">A workload's spec.replicas is not a whole number.</exception>
    public static IReadOnlyDictionary<string, int> Kept(Application application, IReadOnlyList<Manifest> manifests, Plan? before)
    {
        if (before is null || application.Placement.IsDuplicated || application.Scaling is not { Owns: ScalingOwnership.Total } policy)
        {
            return new Dictionary<string, int>();
        }

        var totals = Of(before);
        return ScalingTargets.Of(policy, manifests).Workloads.Where(totals.ContainsKey).ToDictionary(w => w, w => totals[w]);
    }
}
