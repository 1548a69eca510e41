using System.Diagnostics.CodeAnalysis;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.Versions;

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

    /// <summary>How objects of a kind are read and deleted: in this version where the cluster serves it, else in one that says the same, else in any of the kind's.</summary>
    /// <exception cref="UnknownKindException">It serves none.</exception>
    public async Task<ServedResource> ResolveAsync(string apiVersion, string kind, CancellationToken cancellationToken = default) =>
        await FindAnyVersionAsync(apiVersion, kind, cancellationToken) ?? throw NotServed(apiVersion, kind);

    /// <summary>As <see cref="ResolveAsync"/>; null: the cluster serves none.</summary>
    public async Task<ServedResource?> FindAnyVersionAsync(string apiVersion, string kind, CancellationToken cancellationToken = default)
    {
        if (AnyVersion(apiVersion, kind) is { } known)
        {
            return known;
        }

        await RefreshAsync(force: false, cancellationToken);
        return AnyVersion(apiVersion, kind);
    }

    /// <summary>A kind in the version that the cluster prefers of it; null: the cluster does not serve it.</summary>
    public async Task<ServedResource?> FindPreferredAsync(string group, string kind, CancellationToken cancellationToken = default)
    {
        if (Preferred(group, kind) is { } known)
        {
            return known;
        }

        await RefreshAsync(force: false, cancellationToken);
        return Preferred(group, kind);
    }

    /// <summary>In exactly this version; null: the cluster does not serve it so.</summary>
    public async Task<ServedResource?> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken = default)
    {
        if (_snapshot?.Find(apiVersion, kind) is { } known)
        {
            return known;
        }

        await RefreshAsync(force: false, cancellationToken);
        return _snapshot?.Find(apiVersion, kind);
    }

    /// <summary>The manifest as it is where the cluster serves its version, else in another version that says the same.</summary>
    /// <exception cref="UnknownKindException">There is none; the message names the versions that are served, and why the manifest cannot be written in them.</exception>
    internal async Task<Manifest> FitAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        if (TryFit(manifest, out _) is { } known)
        {
            return known;
        }

        await RefreshAsync(force: false, cancellationToken);
        return TryFit(manifest, out var why) ?? throw NotServed(manifest.Ref.ApiVersion, manifest.Ref.Kind, why);
    }

    private Manifest? TryFit(Manifest manifest, out string? why)
    {
        why = null;
        if (_snapshot?.Find(manifest.Ref.ApiVersion, manifest.Ref.Kind) is not null)
        {
            return manifest;
        }

        foreach (var other in VersionConversions.Alternatives(manifest.Ref.ApiVersion, manifest.Ref.Kind).Where(v => _snapshot?.Find(v, manifest.Ref.Kind) is not null))
        {
            var converted = VersionConversions.Convert(manifest, other);
            if (converted.Manifest is { } fitting)
            {
                return fitting;
            }

            why ??= $"this one cannot be written as {other}: {converted.Why}";
        }

        return null;
    }

    private ServedResource? AnyVersion(string apiVersion, string kind) =>
        _snapshot is not { } snapshot ? null
        : VersionConversions.Alternatives(apiVersion, kind).Prepend(apiVersion).Select(v => snapshot.Find(v, kind)).FirstOrDefault(r => r is not null)
            ?? Preferred(VersionConversions.Split(apiVersion).Group, kind);

    private ServedResource? Preferred(string group, string kind) =>
        _snapshot?.VersionsOf(group, kind) is [var version, ..] ? _snapshot.Find(group.Length == 0 ? version : $"{group}/{version}", kind) : null;

    private UnknownKindException NotServed(string apiVersion, string kind, string? why = null) =>
        new(_connection.Cluster, apiVersion, kind, _snapshot?.VersionsOf(VersionConversions.Split(apiVersion).Group, kind) ?? [], why);

    /// <summary>True: objects of this kind live in namespaces. null: the cluster does not serve it.</summary>
    public async Task<bool?> IsNamespacedAsync(string apiVersion, string kind, CancellationToken cancellationToken = default) =>
        (await FindAnyVersionAsync(apiVersion, kind, cancellationToken))?.Namespaced;

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
}
