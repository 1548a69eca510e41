using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;

namespace Kairship.Server.Clusters;

/// <inheritdoc cref="IClusterGrain"/>
internal sealed partial class ClusterGrain(ClusterHealthBook book, ClusterSupervisor supervisor, HealthOptions options, ILogger<ClusterGrain> logger) : Grain, IClusterGrain
{
    private IGrainTimer? timer;
    private Task counting = Task.CompletedTask;

    public Task LookAsync()
    {
        timer ??= this.RegisterGrainTimer(
            ProbeAsync,
            new GrainTimerCreationOptions
            {
                // Many clusters do not ask for their probes in the same second.
                DueTime = options.Interval * 0.05 * Random.Shared.NextDouble(),
                Period = Pause(),
                KeepAlive = true,
                // A look that waits for its answers keeps nobody waiting.
                Interleave = true,
            });
        return Task.CompletedTask;
    }

    public Task LookNowAsync()
    {
        timer?.Change(options.Recheck * Random.Shared.NextDouble(), Pause());
        return Task.CompletedTask;
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var cluster = this.GetPrimaryKeyString();
        if (!supervisor.Has(cluster))
        {
            Stop();
            return;
        }

        try
        {
            var soon = await book.LookAsync(cluster, cancellationToken);
            var pause = soon && options.Recheck < options.Interval ? options.Recheck : Pause();
            timer?.Change(pause, pause);
            if (counting.IsCompleted && book.IsCountDue(cluster))
            {
                counting = CountAsync(cluster, cancellationToken);
            }
        }
        catch (UnknownClusterException)
        {
            // It was removed.
            book.Drop(cluster);
            Stop();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotProbed(e, cluster);
        }
    }

    /// <summary>Beside the looks: a cluster may be lost while thousands of its pods are read.</summary>
    private async Task CountAsync(string cluster, CancellationToken cancellationToken)
    {
        try
        {
            await book.CountAsync(cluster, cancellationToken);
        }
        catch (UnknownClusterException)
        {
            // The next look hears it, too.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The grain stops.
        }
        catch (Exception e)
        {
            NotProbed(e, cluster);
        }
    }

    private TimeSpan Pause() => options.Interval * (1 + (0.2 * Random.Shared.NextDouble()));

    private void Stop()
    {
        timer?.Dispose();
        timer = null;
        DeactivateOnIdle();
    }

    [LoggerMessage(LogLevel.Warning, "Cluster {Cluster} could not be probed")]
    private partial void NotProbed(Exception exception, string cluster);
}
