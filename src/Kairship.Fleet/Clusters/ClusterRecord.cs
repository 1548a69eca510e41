using Kairship.Delivery.Placement;

namespace Kairship.Fleet.Clusters;

/// <summary>A member cluster as stored.</summary>
/// <param name="ProtectedKubeconfig">The kubeconfig, encrypted by ASP.NET Data Protection; never leaves this room in clear.</param>
/// <param name="Context">The context inside the kubeconfig; null: its current one.</param>
/// <param name="Revision">Grows with every change; a connection of an older revision is rebuilt.</param>
public sealed record ClusterRecord(
    string Name, IReadOnlyDictionary<string, string> Labels, byte[] ProtectedKubeconfig, string? Context, string Server, long Revision, DateTimeOffset JoinedAt)
{
    /// <summary>Those that people set; those of its readiness are added by <see cref="Health.ClusterTaints"/>.</summary>
    public IReadOnlyList<Taint> Taints { get; init; } = [];
}

/// <summary>The clusters that joined, persisted.</summary>
public interface IClusterStore
{
    /// <summary>Adds or replaces by name; the revision is raised by the store, and a cluster that is there keeps its taints. Returns what is stored.</summary>
    Task<ClusterRecord> SaveAsync(ClusterRecord cluster, CancellationToken cancellationToken);
    Task<ClusterRecord?> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>By name.</summary>
    Task<IReadOnlyList<ClusterRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Changes the taints and nothing else, the revision included: no connection is built anew for them. Two changes at once are made one after the other. null: there is no such cluster.</summary>
    /// <param name="change">From those that are there to those that are to be; null: they stay.</param>
    Task<ClusterRecord?> ChangeTaintsAsync(string name, Func<IReadOnlyList<Taint>, IReadOnlyList<Taint>?> change, CancellationToken cancellationToken);
    Task<bool> RemoveAsync(string name, CancellationToken cancellationToken);
}
