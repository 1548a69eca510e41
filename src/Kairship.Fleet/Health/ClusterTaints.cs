using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>All taints that count for a cluster: those that people set, and those of its readiness.</summary>
public static class ClusterTaints
{
    /// <param name="report">null: nobody has looked at it yet, and only what people set counts.</param>
    /// <param name="now">No taint is from later: clocks of nodes differ a little.</param>
    public static IReadOnlyList<Taint> Of(ClusterRecord record, ClusterReport? report, DateTimeOffset now) =>
        [.. record.Taints.Concat(SightOf(report) is { } sight ? ConditionTaints.Of(sight) : []).Select(t => t.TimeAdded > now ? t with { TimeAdded = now } : t)];

    /// <summary>What decisions know of a cluster's readiness; null: nobody has looked at it yet.</summary>
    public static ClusterSight? SightOf(ClusterReport? report) => report?.Ready is not { } ready ? null
        : new ClusterSight(report.Cluster, ReadinessOf(ready), ready.LastTransition)
        {
            FailedLooks = ready.Status == ConditionStatus.True ? report.FailedLooks : 0,
            SeenAt = report.CheckedAt,
        };

    private static Readiness ReadinessOf(ClusterCondition ready) => ready.Status switch
    {
        ConditionStatus.True => Readiness.Ready,
        ConditionStatus.False => Readiness.NotReady,
        _ => ready.Reason == ReadyRule.Starting ? Readiness.Starting : Readiness.Unreachable,
    };
}
