using System.Diagnostics.CodeAnalysis;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>What one cluster serves, learnt at the first question; an unknown kind makes it ask again, at most every few seconds.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle is never asked for holds nothing, and a late caller must hear of the closed connection instead.")]
public sealed class Discovery
{
    private readonly ClusterConnection _connection;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile DiscoverySnapshot? _snapshot;
    private long _readAt;

    internal Discovery(ClusterConnection connection, TimeProvider clock) => (_connection, _clock) = (connection, clock);

    /// <summary>How the cluster serves a kind.</summary>
    /// <exception cref="UnknownKindException">It does not.</exception>
    public async Task<ServedResource> ResolveAsync(string apiVersion, string kind, CancellationToken cancellationToken = default) =>
        await FindAsync(apiVersion, kind, cancellationToken)
        ?? throw new UnknownKindException(_connection.Cluster, apiVersion, kind, VersionsOf(apiVersion, kind));

    /// <summary>null: the cluster does not serve it.</summary>
    public async Task<ServedResource?> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken = default)
    {
        if (_snapshot?.Find(apiVersion, kind) is { } known)
        {
            return known;
        }

        await RefreshAsync(force: false, cancellationToken);
        return _snapshot?.Find(apiVersion, kind);
    }

    /// <summary>True: objects of this kind live in namespaces. null: the cluster does not serve it.</summary>
    public async Task<bool?> IsNamespacedAsync(string apiVersion, string kind, CancellationToken cancellationToken = default) =>
        (await FindAsync(apiVersion, kind, cancellationToken))?.Namespaced;

    /// <summary>Everything the cluster served when last asked.</summary>
    public async Task<IReadOnlyCollection<ServedResource>> AllAsync(CancellationToken cancellationToken = default)
    {
        if (_snapshot is null)
        {
            await RefreshAsync(force: false, cancellationToken);
        }

        return _snapshot!.All;
    }

    /// <param name="force">Asks again however short ago it did: after a CRD was created.</param>
    internal async Task RefreshAsync(bool force, CancellationToken cancellationToken)
    {
        var asked = _clock.GetTimestamp();
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var fresh = _snapshot is not null && (_readAt >= asked || (!force && _clock.GetElapsedTime(_readAt) < _connection.Options.DiscoveryRefresh));
            if (!fresh)
            {
                var start = _clock.GetTimestamp();
                _snapshot = await DiscoverySnapshot.ReadAsync(_connection, cancellationToken);
                _readAt = start;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private IReadOnlyList<string> VersionsOf(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return _snapshot?.VersionsOf(slash < 0 ? "" : apiVersion[..slash], kind) ?? [];
    }
}
