using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement;

/// <summary>Where an application goes.</summary>
public sealed class PlacementDecision
{
    /// <summary>Its clusters, by name; none when it is unschedulable.</summary>
    public required IReadOnlyList<ClusterFacts> Clusters { get; init; }

    /// <summary>Cluster to workload ("Deployment/web") to replicas there. Workloads that an autoscaler sizes are absent.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Replicas { get; init; }

    /// <summary>What the clusters get more than they hold, for <see cref="CapacityBook.Assume"/>. Workloads whose pods are unknown are absent.</summary>
    public required IReadOnlyList<CapacityNeed> Needs { get; init; }

    /// <summary>Why the application is placed nowhere, as a sentence; null when it is placed. There is nothing between: never a part of it.</summary>
    public string? Unschedulable => Explanation.Unschedulable;

    /// <summary>The name of the alternative that was used; null when there are none, or none could be used.</summary>
    public string? Alternative => Explanation.Alternatives.FirstOrDefault(a => a.IsUsed)?.Name;

    public required PlacementExplanation Explanation { get; init; }

    /// <summary>For every cluster that was looked at, chosen or not, a sentence why.</summary>
    public IReadOnlyDictionary<string, string> Reasons => Explanation.Clusters.ToDictionary(c => c.Cluster, c => c.Sentence);

    /// <summary>As the next decision wants it.</summary>
    public PreviousPlacement ToPrevious() => new(Replicas, Alternative);
}
