using Kairship.Delivery.Scaling;

namespace Kairship.Fleet.Metrics.Pods;

/// <summary>What the pods of a workload use of one resource in one cluster. CPU in cores, memory in bytes.</summary>
/// <param name="Used">By those that were measured, together.</param>
/// <param name="Requested">By those that were measured, together; null: one of them requests none.</param>
/// <param name="Missing">Pods that should have been measured and were not.</param>
/// <param name="Trouble">Why nothing could be measured; null: it could.</param>
internal sealed record PodUse(string Cluster, decimal Used, decimal? Requested, int Measured, int Missing, string? Trouble = null)
{
    public static PodUse Without(string cluster, int pods, string trouble) => new(cluster, 0, 0, 0, pods, trouble);

    /// <summary>All clusters as one: a cluster that could not be measured counts with the pods that it should have.</summary>
    public static MetricReading Sum(ScalingMetric metric, IReadOnlyList<PodUse> clusters)
    {
        var (pods, missing) = (clusters.Sum(c => c.Measured), clusters.Sum(c => c.Missing));
        if (pods == 0)
        {
            var troubles = clusters.Where(c => c.Trouble is not null).Select(c => $"{c.Cluster}: {c.Trouble}").Take(5).ToList();
            return new MetricReading(metric.Name, null, troubles.Count > 0 ? string.Join("; ", troubles) : "no pod was measured") { Missing = missing };
        }

        var used = clusters.Sum(c => c.Used);
        if (metric.TargetType != MetricTarget.Utilization)
        {
            return new MetricReading(metric.Name, used) { Pods = pods, Missing = missing };
        }

        var without = clusters.FirstOrDefault(c => c.Measured > 0 && c.Requested is null);
        var requested = clusters.Where(c => c.Measured > 0).Sum(c => c.Requested ?? 0);
        return without is not null || requested <= 0
            ? new MetricReading(metric.Name, null, $"{(without ?? clusters[0]).Cluster}: a pod requests no {metric.Resource}, of which its use would be a share")
            : new MetricReading(metric.Name, used * 100 / requested) { Pods = pods, Missing = missing };
    }
}
