using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Placement;

/// <summary>Where an application goes.</summary>
/// <param name="Clusters">Its clusters, by name.</param>
/// <param name="Replicas">Cluster to workload ("Deployment/web") to replicas there. Workloads that an autoscaler sizes are absent.</param>
/// <param name="Reasons">For every cluster that was looked at, chosen or not, a sentence why.</param>
public sealed record PlacementDecision(
    IReadOnlyList<ClusterFacts> Clusters,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Replicas,
    IReadOnlyDictionary<string, string> Reasons);

/// <summary>Decides which clusters an application goes to and how many replicas of each workload go where.</summary>
#pragma warning disable MA0049 // The concept is called Placement, and so is its folder; other rooms read Placement.Decide.
public static class Placement
#pragma warning restore MA0049
{
    /// <summary>Duplicated: every cluster gets the replicas of the manifest. Divided: Webster by static weight; a cluster without weight drops out.</summary>
    /// <exception cref="ManifestException">A workload's spec.replicas is not a whole number.</exception>
    public static PlacementDecision Decide(Application application, IReadOnlyList<ClusterFacts> clusters, IReadOnlyList<Manifest> manifests)
    {
        var policy = application.Placement;
        var reasons = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var cluster in clusters)
        {
            reasons[cluster.Name] = AffinityMatcher.WhyNot(policy.ClusterAffinity, cluster) is { } whyNot
                ? $"{cluster.Name} is not chosen: {whyNot}."
                : $"{cluster.Name} is chosen: the placement's affinity selects it.";
        }

        var selected = AffinityMatcher.Select(policy.ClusterAffinity, clusters);
        var weights = policy.ReplicaScheduling == ReplicaSchedulingType.Divided ? Weights(policy, selected) : null;
        var chosen = selected.Where(cluster => weights is null || weights[cluster.Name] > 0).ToList();
        foreach (var cluster in selected.Where(_ => weights is not null))
        {
            var weight = weights![cluster.Name];
            reasons[cluster.Name] = weight > 0
                ? $"{cluster.Name} is chosen: the placement's affinity selects it, with weight {weight} of {weights.Values.Sum()}."
                : $"{cluster.Name} is not chosen: no static weight rule gives it a weight above 0.";
        }

        return new PlacementDecision(chosen, Replicas(chosen, manifests, weights), reasons);
    }

    private static Dictionary<string, long> Weights(PlacementPolicy policy, IReadOnlyList<ClusterFacts> clusters)
    {
        var weights = clusters.ToDictionary(
            cluster => cluster.Name,
            cluster => policy.StaticWeights.Where(rule => AffinityMatcher.Matches(rule.TargetCluster, cluster)).Select(rule => (long)rule.Weight).DefaultIfEmpty(0).Max());

        // As in Karmada: when no rule gives anybody a weight, everybody has 1.
        return weights.Values.All(weight => weight == 0) ? weights.ToDictionary(w => w.Key, _ => 1L) : weights;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, int>> Replicas(
        IReadOnlyList<ClusterFacts> clusters, IReadOnlyList<Manifest> manifests, Dictionary<string, long>? weights)
    {
        var autoscaled = WorkloadKey.Autoscaled(manifests);
        var byCluster = clusters.ToDictionary(cluster => cluster.Name, _ => new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var workload in manifests.Where(m => WorkloadKey.HasReplicas(m.Ref) && !autoscaled.Contains(WorkloadKey.Of(m.Ref))))
        {
            var wanted = WorkloadKey.Replicas(workload);
            var divided = weights is null ? null : Webster.Divide(wanted, clusters.Select(c => (c.Name, weights[c.Name])).ToList());
            foreach (var cluster in clusters)
            {
                byCluster[cluster.Name][WorkloadKey.Of(workload.Ref)] = divided?[cluster.Name] ?? wanted;
            }
        }

        return byCluster.ToDictionary(entry => entry.Key, entry => (IReadOnlyDictionary<string, int>)entry.Value);
    }
}
