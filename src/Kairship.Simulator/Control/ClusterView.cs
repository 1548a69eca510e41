using Kairship.Simulator.Faults;

namespace Kairship.Simulator.Control;

/// <summary>A simulated cluster as its control shows it.</summary>
public sealed record ClusterView(string Name, Uri Url, int Nodes, int Pods, long Revision, long Requests, IReadOnlyList<ActiveFault> Faults)
{
    internal static ClusterView Of(SimulatedCluster cluster) => new(
        cluster.Name,
        cluster.Url,
        cluster.Store.Count("", "nodes"),
        cluster.Store.Count("", "pods"),
        cluster.Store.Revision,
        cluster.Requests,
        NamedFaults.Active(cluster.Faults.Settings));
}
