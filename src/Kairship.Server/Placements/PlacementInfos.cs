using Kairship.Api.Placements;
using Kairship.Delivery.Plans;

namespace Kairship.Server.Placements;

internal static class PlacementInfos
{
    public static PlacementInfo Of(string application, string? revision, PlanPlacement placement) => new(
        application, revision, placement.Unschedulable is null, placement.Unschedulable, placement.Alternative, [.. placement.Clusters.Select(Of)], placement.MoreClusters,
        placement.Alternatives, placement.Divisions, placement.Notes);

    private static PlacedClusterInfo Of(PlacedCluster placed) => new(
        placed.Cluster, placed.IsChosen, placed.IsLeft, placed.Reason, placed.Sentence, placed.Replicas, placed.Before, placed.Available, placed.EvictionDue);
}
