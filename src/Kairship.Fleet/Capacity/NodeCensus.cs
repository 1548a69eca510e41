using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Capacity;

/// <summary>Counts the nodes of a cluster with what others than some workloads have on them. Only reads.</summary>
public sealed class NodeCensus(ClusterConnections connections)
{
    /// <summary>By name. A node that is not ready counts as cordoned.</summary>
    /// <param name="apart">"namespace/Deployment/web": whose pods are not counted.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">They cannot be read.</exception>
    public async Task<IReadOnlyList<NodeFacts>> ReadAsync(string cluster, IReadOnlySet<string> apart, CancellationToken cancellationToken)
    {
        var read = await NodeReader.ReadAsync(await connections.GetAsync(cluster, cancellationToken), cancellationToken, apart);
        return [.. read.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal)];
    }
}
