using Kairship.Fleet.Clusters;

namespace Kairship.Server.Clusters;

/// <summary>Makes sure that every joined cluster has its grain.</summary>
internal sealed partial class ClusterSupervisor(
    IClusterStore clusters, IGrainFactory grains, TimeProvider time, ILogger<ClusterSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim asked = new(0, 1);

    /// <summary>A cluster has joined or left: look now.</summary>
    public void Look()
    {
        try
        {
            asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look already.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        asked.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.WhenAll((await clusters.ListAsync(stoppingToken)).Select(c => grains.GetGrain<IClusterGrain>(c.Name).LookAsync()));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotLooked(e);
            }

            await WaitAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(Interval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, limit.Token);
        try
        {
            await asked.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Time to look without being asked.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The clusters could not be looked at; it is tried again")]
    private partial void NotLooked(Exception exception);
}
