using Kairship.Delivery.Failover;

namespace Kairship.Fleet.Health;

/// <summary>What is known of all clusters' readiness: from the store, or newer where this process looks at them itself.</summary>
public interface IFleetSights
{
    Task<IReadOnlyList<ClusterSight>> ReadAsync(CancellationToken cancellationToken);
}

internal sealed class StoredSights(IClusterHealthStore store) : IFleetSights
{
    public async Task<IReadOnlyList<ClusterSight>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Select(ClusterTaints.SightOf).OfType<ClusterSight>()];
}
