using Kairship.Delivery.Failover.Returning;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover.Returning;

/// <summary>How clusters did lately: since when they are well, and when they were lost.</summary>
internal sealed class ReturningClusters(IClusterHealthStore health, TimeProvider time)
{
    private const int HistoryLooked = 500;

    /// <summary>No cluster has to be well for longer before it is trusted, and no loss counts for longer.</summary>
    private static readonly TimeSpan Window = new FlapDamping().Window;

    /// <summary>Those that were lost within the last day and are ready now.</summary>
    public async Task<IReadOnlyList<ReturningCluster>> ListAsync(CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Window;
        var found = new List<ReturningCluster>();
        foreach (var report in await health.ListAsync(cancellationToken))
        {
            // The first change is that it joined.
            if (report is { Transition: > 1, Ready: { Status: ConditionStatus.True } ready } && ready.LastTransition > since
                && await ReadAsync(report, cancellationToken) is { Losses.Count: > 0 } cluster)
            {
                found.Add(cluster);
            }
        }

        return found;
    }

    /// <summary>One of them, not compared with anything.</summary>
    public async Task<ReturningCluster> ReadAsync(ClusterReport report, CancellationToken cancellationToken)
    {
        var losses = (await health.HistoryAsync(report.Cluster, HistoryLooked, cancellationToken)).Where(t => t.From == ConditionStatus.True && t.To != ConditionStatus.True).Select(t => t.At).ToList();

        // Whose last look failed is not well, although it counts as ready still.
        var well = report is { FailedLooks: 0, Ready: { Status: ConditionStatus.True } ready } ? ready.LastTransition : (DateTimeOffset?)null;
        return new ReturningCluster(report.Cluster, well, losses, null);
    }
}
