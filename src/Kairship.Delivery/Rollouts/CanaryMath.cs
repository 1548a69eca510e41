using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Rollouts;

/// <summary>How many canary pods a weight means when the stable pods stay untouched (docs/adr/0003-replica-weighted-canary.md).</summary>
public static class CanaryMath
{
    /// <summary>
    /// The number c whose share c/(stable+c) is closest to weight/100; ties take the greater one. At least 1 at weights 1 to 99, never above <paramref name="stable"/>,
    /// so that from 50 % on the share stays at one half until promotion. Weight 100 is <paramref name="stable"/>, weight 0 is 0. Never falls when the weight rises.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A weight outside 0 to 100, or a negative number of pods.</exception>
    public static int CanaryReplicas(int stable, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stable);
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, 100);
        if (weight == 0 || stable == 0)
        {
            return 0;
        }

        if (weight >= 50)
        {
            return stable;
        }

        var low = (long)stable * weight / (100 - weight);
        var high = low + 1;

        // share(high) - w <= w - share(low), multiplied out so that nothing is rounded.
        var shares = (Int128)100 * ((Int128)high * (stable + low) + (Int128)low * (stable + high));
        var closest = shares <= (Int128)2 * weight * (stable + high) * (stable + low) ? high : low;
        return (int)Math.Clamp(closest, 1, stable);
    }

    /// <summary>
    /// The canary pods of one workload in each cluster of a wave: the wave's total for <paramref name="weight"/>, divided by Webster by the clusters' stable replicas.
    /// No cluster gets more than its stable count, and a greater weight never takes a pod away anywhere.
    /// </summary>
    /// <param name="stable">Cluster to stable replicas.</param>
    public static IReadOnlyDictionary<string, int> Divide(IReadOnlyDictionary<string, int> stable, int weight)
    {
        var total = CanaryReplicas(checked((int)stable.Values.Sum(value => (long)value)), weight);

        // Webster gives nobody more than its weight as long as the total is at most the sum of the weights.
        return stable.Values.All(value => value == 0)
            ? stable.ToDictionary(entry => entry.Key, _ => 0)
            : Webster.Divide(total, stable.Select(entry => (entry.Key, (long)entry.Value)).ToList());
    }

    /// <summary>The same for every workload of a wave.</summary>
    /// <param name="stable">Cluster to workload ("Deployment/web") to stable replicas, as in the plan.</param>
    /// <returns>Cluster to workload to canary replicas, for the workloads that the cluster has.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> DivideWave(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> stable, int weight)
    {
        var canary = stable.Keys.ToDictionary(cluster => cluster, _ => new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var workload in stable.Values.SelectMany(workloads => workloads.Keys).Distinct())
        {
            var here = stable.Where(cluster => cluster.Value.ContainsKey(workload)).ToDictionary(cluster => cluster.Key, cluster => cluster.Value[workload]);
            foreach (var (cluster, replicas) in Divide(here, weight))
            {
                canary[cluster][workload] = replicas;
            }
        }

        return canary.ToDictionary(entry => entry.Key, entry => (IReadOnlyDictionary<string, int>)entry.Value);
    }
}
