using System.Collections.Immutable;
using Kairship.Delivery.Placement;

namespace Kairship.Fleet.Clusters;

/// <summary>Clusters in memory: a real store for one process, gone with it.</summary>
public sealed class InMemoryClusterStore : IClusterStore
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, ClusterRecord> _clusters = ImmutableSortedDictionary.Create<string, ClusterRecord>(StringComparer.Ordinal);
    private long _revision;

    public Task<ClusterRecord> SaveAsync(ClusterRecord cluster, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // One counter for all: a cluster that was removed and joined again never gets an old revision back.
            var saved = cluster with { Revision = ++_revision, Taints = _clusters.GetValueOrDefault(cluster.Name)?.Taints ?? cluster.Taints };
            _clusters = _clusters.SetItem(saved.Name, saved);
            return Task.FromResult(saved);
        }
    }

    public Task<ClusterRecord?> GetAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_clusters.GetValueOrDefault(name));
        }
    }

    public Task<IReadOnlyList<ClusterRecord>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ClusterRecord>>([.. _clusters.Values]);
        }
    }

    public Task<ClusterRecord?> ChangeTaintsAsync(string name, Func<IReadOnlyList<Taint>, IReadOnlyList<Taint>?> change, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_clusters.GetValueOrDefault(name) is not { } cluster || change(cluster.Taints) is not { } taints)
            {
                return Task.FromResult(_clusters.GetValueOrDefault(name));
            }

            var changed = cluster with { Taints = taints };
            _clusters = _clusters.SetItem(name, changed);
            return Task.FromResult<ClusterRecord?>(changed);
        }
    }

    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var removed = _clusters.ContainsKey(name);
            _clusters = _clusters.Remove(name);
            return Task.FromResult(removed);
        }
    }
}
