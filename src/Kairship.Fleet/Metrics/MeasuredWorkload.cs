using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Metrics;

/// <summary>The workload that a total is measured at.</summary>
/// <param name="Workload">With its namespace.</param>
/// <param name="Replicas">Cluster to the replicas that the last plan put there.</param>
public sealed record MeasuredWorkload(ObjectRef Workload, IReadOnlyDictionary<string, int> Replicas);

/// <summary>How a workload stands in one cluster.</summary>
/// <param name="Ready">Replicas that are ready; null: the cluster cannot be asked.</param>
/// <param name="IsAutoscaled">An autoscaler of the cluster sizes it, whoever made that.</param>
/// <param name="Trouble">Why it cannot be asked.</param>
public sealed record WorkloadSight(string Cluster, int? Ready, bool IsAutoscaled, string? Trouble = null);
