using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Workflows.Runtime;

namespace Kairship.Server.Clusters;

/// <summary>
/// Makes sure that every joined cluster is looked at by one node: claims those that nobody has, wakes their grains, and keeps what they found. A node that dies loses its claims after a
/// while, and another takes them up.
/// </summary>
internal sealed partial class ClusterSupervisor(
    IClusterStore clusters, IClusterHealthStore health, ClusterHealthBook book, WorkflowRuntimeOptions runtime, HealthOptions options, IGrainFactory grains, TimeProvider time,
    ILogger<ClusterSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim asked = new(0, 1);
    private long lookedAround;
    private volatile IReadOnlySet<string> mine = new HashSet<string>();

    private TimeSpan Interval => options.Interval < LongestInterval ? options.Interval : LongestInterval;

    /// <summary>True: this node looks at the cluster.</summary>
    public bool Has(string cluster) => mine.Contains(cluster);

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

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        book.Suspected += LookAround;
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        book.Suspected -= LookAround;
        await base.StopAsync(cancellationToken);
        try
        {
            await book.SaveAsync(cancellationToken);
            await health.ReleaseAsync(runtime.Owner, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotLooked(e);
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
                await SuperviseAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotLooked(e);
            }

            await WaitAsync(stoppingToken);
        }
    }

    private async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        var names = (await clusters.ListAsync(cancellationToken)).Select(c => c.Name).ToList();
        var now = time.GetUtcNow();
        var held = mine;
        mine = await health.ClaimAsync(runtime.Owner, names, now, now + (LongestInterval * 3), cancellationToken);
        // What another node had meanwhile is known here no longer.
        book.KeepOnly(held.Intersect(mine).ToHashSet());
        await Task.WhenAll(mine.Select(c => grains.GetGrain<IClusterGrain>(c).LookAsync()));
        await book.SaveAsync(cancellationToken);
    }

    /// <summary>
    /// One cluster does not answer: whether others do is known a second later, and not when their turn comes. Whether a failover may begin is decided by that.
    /// </summary>
    private void LookAround(object? sender, EventArgs e)
    {
        var (last, now) = (Interlocked.Read(ref lookedAround), time.GetTimestamp());
        if ((last != 0 && time.GetElapsedTime(last, now) < options.LookTimeout) || Interlocked.CompareExchange(ref lookedAround, now, last) != last)
        {
            return;
        }

        foreach (var cluster in mine.Where(c => !book.IsSuspected(c)))
        {
            grains.GetGrain<IClusterGrain>(cluster).LookNowAsync().Ignore();
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
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The clusters could not be looked at; it is tried again")]
    private partial void NotLooked(Exception exception);
}
