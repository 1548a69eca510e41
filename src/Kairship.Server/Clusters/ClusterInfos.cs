using Kairship.Api.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;

namespace Kairship.Server.Clusters;

/// <summary>Clusters as the API tells of them.</summary>
internal static class ClusterInfos
{
    public static ClusterInfo Of(ClusterRecord record, ClusterReport? report, DateTimeOffset now) =>
        new(record.Name, record.Labels, record.Server, record.Context, record.JoinedAt, report?.Ready is { } ready ? Of(report, ready) : null)
        {
            Taints = [.. ClusterTaints.Of(record, report, now).Select(t => new TaintInfo(t.Key, t.Value, t.Effect.ToString(), t.TimeAdded, ConditionTaints.IsOfCondition(t.Key)))],
        };

    public static ClusterTransitionInfo Of(ClusterTransition change) => new(change.Number, change.From?.ToString(), change.To.ToString(), change.Reason, change.Message, change.At);

    private static ClusterConditionInfo Of(ClusterReport report, ClusterCondition ready) => new(
        ready.Status.ToString(), ready.Reason, ready.Message, report.Version, report.Capacity?.Nodes, report.Latency?.P50Milliseconds, report.CheckedAt)
    {
        Since = ready.LastTransition,
        Observed = report.Observed,
        LatencyP95Milliseconds = report.Latency?.P95Milliseconds,
        Conditions = [.. report.Conditions.Select(c => new ConditionInfo(c.Type, c.Status.ToString(), c.Reason, c.Message, c.LastTransition))],
        Capacity = report.Capacity is { } capacity
            ? new CapacityInfo(
                capacity.ReadyNodes, Of(capacity.Allocatable), Of(capacity.Requested), Of(capacity.Available), capacity.PendingPods, capacity.CountedAt)
            : null,
    };

    private static AmountsInfo Of(ResourceAmounts amounts) => new(amounts.CpuMillis, amounts.MemoryBytes, amounts.Pods);
}
