using System.Text.Json;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>The sums of a cluster: what its nodes offer, and what its pods ask for.</summary>
internal static class CapacityReader
{
    /// <exception cref="ClusterException">They cannot be read.</exception>
    public static async Task<ClusterCapacity> ReadAsync(ClusterConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = await NodeReader.ReadAsync(connection, cancellationToken);
        var allocatable = Sum(read.Nodes.Where(n => !n.IsUnschedulable).Select(n => Of(n.Allocatable, n.Pods)));
        var requested = Sum(read.Nodes.Select(n => Of(n.Requested, n.PodsThere))) + Of(read.Elsewhere.Amounts, read.Elsewhere.Pods);
        return new ClusterCapacity(read.Nodes.Count, read.ReadyNodes, allocatable, requested, read.PendingPods, now) { WaitingPods = read.WaitingPods, WaitingSince = read.WaitingSince };
    }

    /// <summary>One pod's.</summary>
    internal static ResourceAmounts RequestsOf(JsonElement spec) => Of(AmountSum.OfPod(spec).ToAmounts(), 1);

    private static ResourceAmounts Sum(IEnumerable<ResourceAmounts> amounts) => amounts.Aggregate(ResourceAmounts.None, static (sum, more) => sum + more);

    private static ResourceAmounts Of(NodeAmounts amounts, int pods) => new(amounts.CpuMilli, amounts.MemoryBytes, pods);
}
