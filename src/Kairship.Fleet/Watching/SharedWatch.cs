using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Kairship.Fleet.Clusters;
using Microsoft.Extensions.Logging;

namespace Kairship.Fleet.Watching;

/// <summary>One running watch and who follows it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It is stopped, which disposes what it owns.")]
internal sealed partial class SharedWatch
{
    /// <summary>How soon a cluster that was removed is looked for again: it may join anew under the name.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(5);

    private readonly ResourceWatcher _watcher;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _telling = new();
    private readonly Task _run;
    private ImmutableArray<Follower> _followers = [];

    public SharedWatch(string cluster, WatchQuery query, ResourceWatcher watcher, TimeProvider clock, ILogger logger)
    {
        (Cluster, Query, _watcher, _clock, _logger) = (cluster, query, watcher, clock, logger);
        _run = Task.Run(RunAsync);
    }

    public string Cluster { get; }

    public WatchQuery Query { get; }

    public ObjectCache Cache { get; } = new();

    /// <summary>Guarded by the owner's lock, as is <see cref="LeftAt"/>.</summary>
    public int Followers { get; set; }

    public long LeftAt { get; set; }

    public object Add(Action<ResourceEvent> onEvent, bool replay)
    {
        var follower = new Follower(onEvent);
        lock (_telling)
        {
            if (replay && Cache.IsSynced)
            {
                foreach (var obj in Cache.All)
                {
                    onEvent(new ResourceEvent(ResourceEventType.Added, obj));
                }

                onEvent(new ResourceEvent(ResourceEventType.Synced, null));
            }

            _followers = _followers.Add(follower);
        }

        return follower;
    }

    public void Remove(object follower)
    {
        lock (_telling)
        {
            _followers = _followers.Remove((Follower)follower);
        }
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _watcher.RunAsync(Cluster, Query, TellAsync, Cache, _stop.Token);
            }
            catch (UnknownClusterException)
            {
                await Task.Delay(Absence, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                // A fault of our own: without this, all followers would wait for ever without knowing.
                LogBroken(_logger, exception, Cluster, Query.Kind);
                await Task.Delay(Absence, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private ValueTask TellAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        lock (_telling)
        {
            foreach (var follower in _followers)
            {
                follower.OnEvent(change);
            }
        }

        return ValueTask.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The watch of {Kind} in cluster {Cluster} broke and begins anew")]
    private static partial void LogBroken(ILogger logger, Exception exception, string cluster, string kind);

    private sealed record Follower(Action<ResourceEvent> OnEvent);
}
