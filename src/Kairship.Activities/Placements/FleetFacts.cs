using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;

namespace Kairship.Activities.Placements;

/// <summary>The clusters as decisions see them. The one place where what is known of a member becomes facts.</summary>
public sealed class FleetFacts(IClusterStore clusters)
{
    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<ClusterFacts>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await clusters.ListAsync(cancellationToken)).Select(c => new ClusterFacts(c.Name, c.Labels))];

    /// <summary>Nodes come when pods need them: what is free now limits nothing.</summary>
    public static bool IsElastic(ClusterFacts cluster) => cluster.Labels.GetValueOrDefault(KairshipLabels.Capacity) == KairshipLabels.Elastic;
}
