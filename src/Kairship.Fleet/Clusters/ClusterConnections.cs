using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Kairship.Fleet.Clusters;

/// <summary>
/// One long-lived connection for each cluster and revision of its record. A connection whose record changed is replaced and disposed a little later, so that
/// requests under way may end; one whose cluster was removed is disposed at once.
/// </summary>
public sealed class ClusterConnections : IAsyncDisposable
{
    private readonly IClusterStore _store;
    private readonly IDataProtectionProvider _protection;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    public ClusterConnections(IClusterStore store, IDataProtectionProvider protection, IOptions<ClusterOptions> options, TimeProvider clock)
    {
        options.Value.Validate();
        (_store, _protection, Options, _clock) = (store, protection, options.Value, clock);
    }

    internal ClusterOptions Options { get; }

    /// <summary>The connection of a cluster that has joined.</summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">Its stored kubeconfig cannot be read.</exception>
    public ValueTask<ClusterConnection> GetAsync(string cluster, CancellationToken cancellationToken = default)
    {
        var slot = _slots.GetOrAdd(cluster, static _ => new Slot());
        return slot.Connection is { } connection && IsFresh(slot, connection) ? ValueTask.FromResult(connection) : new(RefreshAsync(cluster, slot, cancellationToken));
    }

    /// <summary>The record was changed in this process: the next caller reads it, and requests under way end on the old connection.</summary>
    internal void Recheck(string cluster)
    {
        if (_slots.TryGetValue(cluster, out var slot))
        {
            slot.IsStale = true;
        }
    }

    /// <summary>The record was removed in this process.</summary>
    internal async Task ForgetAsync(string cluster)
    {
        if (_slots.TryRemove(cluster, out var slot))
        {
            await slot.Gate.WaitAsync(CancellationToken.None);
            (var connection, slot.Connection) = (slot.Connection, null);
            slot.Gate.Release();
            connection?.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _slots.Keys)
        {
            await ForgetAsync(cluster);
        }
    }

    private bool IsFresh(Slot slot, ClusterConnection connection) =>
        !slot.IsStale && _clock.GetElapsedTime(Interlocked.Read(ref slot.CheckedAt)) < Options.RecordFreshness && !connection.IsOutdated;

    private async Task<ClusterConnection> RefreshAsync(string cluster, Slot slot, CancellationToken cancellationToken)
    {
        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            if (slot.Connection is { } current && IsFresh(slot, current))
            {
                return current;
            }

            var record = await ReadAsync(cluster, slot, cancellationToken);
            if (record is null)
            {
                _slots.TryRemove(cluster, out _);
                slot.Connection?.Dispose();
                slot.Connection = null;
                throw new UnknownClusterException(cluster);
            }

            if (slot.Connection is not { } old || old.Revision != record.Revision || old.IsOutdated)
            {
                var connection = await BuildAsync(record, cancellationToken);
                _ = RetireAsync(slot.Connection);
                slot.Connection = connection;
            }

            Interlocked.Exchange(ref slot.CheckedAt, _clock.GetTimestamp());
            return slot.Connection;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private async Task<ClusterRecord?> ReadAsync(string cluster, Slot slot, CancellationToken cancellationToken)
    {
        // Before the read: a change during it makes the slot stale again.
        slot.IsStale = false;
        try
        {
            return await _store.GetAsync(cluster, cancellationToken);
        }
        catch
        {
            slot.IsStale = true;
            throw;
        }
    }

    private async Task<ClusterConnection> BuildAsync(ClusterRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var yaml = KubeconfigProtection.Unprotect(_protection, record);
            var kubeconfig = Kubeconfig.Parse(yaml, record.Context, Options);
            return await kubeconfig.ConnectAsync(record.Name, record.Revision, Options, _clock, cancellationToken);
        }
        catch (CryptographicException exception)
        {
            throw new ClusterException(
                ClusterFailure.Invalid, record.Name, "its stored kubeconfig cannot be decrypted: the keys of this server are not those it was joined with. Join it again.", exception);
        }
        catch (KubeconfigException exception)
        {
            throw new ClusterException(ClusterFailure.Invalid, record.Name, exception.Message, exception);
        }
    }

    private async Task RetireAsync(ClusterConnection? connection)
    {
        if (connection is not null)
        {
            await Task.Delay(Options.AttemptTimeout, _clock);
            connection.Dispose();
        }
    }

    private sealed class Slot
    {
        public long CheckedAt;
        public volatile bool IsStale;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public ClusterConnection? Connection { get; set; }
    }
}
