using Kairship.Activities.Returning;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;

namespace Kairship.Activities.Placements;

/// <summary>The clusters as decisions see them. The one place where what is known of a member becomes facts.</summary>
public sealed class FleetFacts(IClusterStore clusters, IClusterHealthStore health, ReturnGate returning, TimeProvider time)
{
    /// <summary>By name.</summary>
    /// <param name="evicting">
    /// The condition of a cluster drives out what is there. Only who fails over asks for that: a release leaves no cluster because it does not answer, which would be a failover without its
    /// brake and its fencing. Such a cluster gets nothing new from it and keeps what it has.
    /// </param>
    public async Task<IReadOnlyList<ClusterFacts>> ListAsync(bool evicting, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var reports = (await health.ListAsync(cancellationToken)).ToDictionary(r => r.Cluster);
        var held = await returning.HeldAsync(reports.Values, cancellationToken);
        return [.. (await clusters.ListAsync(cancellationToken)).Select(c => new ClusterFacts(c.Name, c.Labels)
        {
            Taints =
            [
                .. ClusterTaints.Of(c, reports.GetValueOrDefault(c.Name), now).Where(t => evicting || t.Effect != TaintEffect.NoExecute || !ConditionTaints.IsOfCondition(t.Key)),
                .. held.Contains(c.Name) ? [new Taint(ConditionTaints.Returning, TaintEffect.NoSchedule, TimeAdded: reports[c.Name].Ready!.LastTransition)] : (IEnumerable<Taint>)[],
            ],
        })];
    }

    /// <summary>Nodes come when pods need them: what is free now limits nothing.</summary>
    public static bool IsElastic(ClusterFacts cluster) => cluster.Labels.GetValueOrDefault(KairshipLabels.Capacity) == KairshipLabels.Elastic;
}
