using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Scaling;

/// <summary>What every cluster's autoscalers get, where they size the workloads and Kairship only says from where to where.</summary>
public static class ScalingBounds
{
    private static readonly IReadOnlyDictionary<string, ScalingShare> Nothing = new Dictionary<string, ScalingShare>();

    /// <summary>True for applications whose clusters size their workloads themselves.</summary>
    public static bool Has(Application application) => application.Scaling?.Owns == ScalingOwnership.Bounds;

    /// <summary>
    /// Cluster to workload to bounds. Clusters weigh what the application's static weights say, where they divide; else all the same: what they have room for changes by the minute, and bounds that follow it
    /// would make autoscalers scale.
    /// </summary>
    /// <param name="least">Over all clusters.</param>
    /// <param name="most">Over all clusters.</param>
    /// <param name="problem">Why they cannot be divided, as a sentence.</param>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, ScalingShare>> Divide(
        Application application, IReadOnlyList<Manifest> manifests, IReadOnlyList<ClusterFacts> clusters, int least, int most, out string? problem)
    {
        problem = null;
        if (application.Scaling is not { Owns: ScalingOwnership.Bounds } policy)
        {
            return new Dictionary<string, IReadOnlyDictionary<string, ScalingShare>>();
        }

        var targets = ScalingTargets.Of(policy, manifests);
        var division = ScalingDivision.Bounds(least, most, [.. clusters.Select(c => (c.Name, WeightOf(application.Placement, c)))]);
        problem = targets.Problem ?? division.Problem;
        return clusters.ToDictionary(
            c => c.Name,
            c => division.Shares.TryGetValue(c.Name, out var share) ? targets.Workloads.ToDictionary(w => w, _ => share) : Nothing);
    }

    /// <summary>The bounds over all clusters that a plan has given; null: it has given none.</summary>
    public static ScalingShare? Of(Plan plan)
    {
        var shares = plan.Targets.Select(t => t.Bounds?.Values.FirstOrDefault()).OfType<ScalingShare>().ToList();
        return shares.Count == 0 ? null : new ScalingShare(shares.Sum(s => s.Min), shares.Sum(s => s.Max));
    }

    private static long WeightOf(PlacementPolicy placement, ClusterFacts cluster) => placement.IsStatic
        ? Math.Max(1, placement.StaticWeights.Where(w => AffinityMatcher.Matches(w.TargetCluster, cluster)).Select(w => w.Weight).DefaultIfEmpty(1).Max())
        : 1;
}
