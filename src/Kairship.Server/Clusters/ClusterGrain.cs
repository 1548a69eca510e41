using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;

namespace Kairship.Server.Clusters;

/// <inheritdoc cref="IClusterGrain"/>
internal sealed partial class ClusterGrain(ClusterHealthBook book, ClusterSupervisor supervisor, HealthOptions options, ILogger<ClusterGrain> logger) : Grain, IClusterGrain
{
    private IGrainTimer? timer;

    public Task LookAsync()
    {
        timer ??= this.RegisterGrainTimer(
            ProbeAsync,
            new GrainTimerCreationOptions
            {
                // Many clusters do not ask for their probes in the same second.
                DueTime = options.Interval * 0.05 * Random.Shared.NextDouble(),
                Period = options.Interval * (1 + (0.2 * Random.Shared.NextDouble())),
                KeepAlive = true,
            });
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
            await book.LookAsync(cluster, cancellationToken);
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

    private void Stop()
    {
        timer?.Dispose();
        timer = null;
        DeactivateOnIdle();
    }

    [LoggerMessage(LogLevel.Warning, "Cluster {Cluster} could not be probed")]
    private partial void NotProbed(Exception exception, string cluster);
}
