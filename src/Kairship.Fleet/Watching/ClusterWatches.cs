using Kairship.Fleet.Clusters;
using Microsoft.Extensions.Logging;

namespace Kairship.Fleet.Watching;

/// <summary>
/// Watches that are shared: one for each cluster and query, however many follow it, open while somebody does and for a while after, so that who comes back
/// soon finds it running.
/// </summary>
public sealed class ClusterWatches(ResourceWatcher watcher, TimeProvider clock, ILogger<ClusterWatches> logger) : IAsyncDisposable
{
    /// <summary>How long a watch that nobody follows stays open.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Cluster, WatchQuery Query), SharedWatch> _watches = [];
    private bool _disposed;

    /// <summary>Watches that are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Follows a query until the subscription is disposed. A cluster that is removed ends it silently; one that joins later is followed from then on.</summary>
    /// <param name="onEvent">Called in order, one at a time. Must be quick and must not throw: whoever else follows the same waits for it.</param>
    /// <param name="replay">Begins with an Added for all that is known already, and Synced.</param>
    public WatchSubscription Follow(string cluster, WatchQuery query, Action<ResourceEvent> onEvent, bool replay = false)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_watches.TryGetValue((cluster, query), out var watch))
            {
                _watches[(cluster, query)] = watch = new SharedWatch(cluster, query, watcher, clock, logger);
            }

            watch.Followers++;
            var follower = watch.Add(onEvent, replay);
            return new WatchSubscription(watch.Cache, () => Leave(watch, follower));
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<SharedWatch> all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _watches.Values];
            _watches.Clear();
        }

        foreach (var watch in all)
        {
            await watch.StopAsync();
        }
    }

    private void Leave(SharedWatch watch, object follower)
    {
        watch.Remove(follower);
        lock (_gate)
        {
            watch.Followers--;
            if (watch.Followers == 0 && !_disposed)
            {
                _ = CloseLaterAsync(watch);
            }
        }
    }

    private async Task CloseLaterAsync(SharedWatch watch)
    {
        var left = clock.GetTimestamp();
        watch.LeftAt = left;
        await Task.Delay(Linger, clock);
        lock (_gate)
        {
            // Somebody is back, or was back and left again.
            if (watch.Followers > 0 || watch.LeftAt != left || !_watches.Remove((watch.Cluster, watch.Query)))
            {
                return;
            }
        }

        await watch.StopAsync();
    }
}

/// <summary>Being told of what a shared watch sees, until disposed.</summary>
public sealed class WatchSubscription : IDisposable
{
    private Action? _leave;

    internal WatchSubscription(ObjectCache cache, Action leave) => (Cache, _leave) = (cache, leave);

    /// <summary>What is known of the query's objects. Not before <see cref="ObjectCache.IsSynced"/> is its emptiness a fact.</summary>
    public ObjectCache Cache { get; }

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
