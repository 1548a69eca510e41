using Kairship.Fleet.Health;

namespace Kairship.Server.Clusters;

/// <summary>Has the fleet's brake decided whenever something changes, and while something is lost every few seconds: so it comes on before anybody asks, and goes off by itself.</summary>
internal sealed partial class FleetWatch(FleetBrakeKeeper brake, ClusterHealthBook book, TimeProvider time, ILogger<FleetWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Alert = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim nudged = new(0, 1);
    private bool wasOn;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        book.Changed += Nudge;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        book.Changed -= Nudge;
        return base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        nudged.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Alert;
            try
            {
                pause = await DecideAsync(stoppingToken) ? Calm : Alert;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotDecided(e);
            }

            using var limit = new CancellationTokenSource(pause, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, limit.Token);
            await nudged.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>True: nothing is lost and the brake is off.</returns>
    private async Task<bool> DecideAsync(CancellationToken cancellationToken)
    {
        var (_, answer) = await brake.AskAsync(cancellationToken);
        if (answer.State.IsOn != wasOn)
        {
            wasOn = answer.State.IsOn;
            if (wasOn)
            {
                On(answer.Why);
            }
            else
            {
                Off(answer.Why);
            }
        }

        return answer.Go && answer.State.Lost.Count == 0;
    }

    private void Nudge(object? sender, EventArgs e)
    {
        try
        {
            nudged.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look already.
        }
    }

    [LoggerMessage(LogLevel.Error, "The fleet's brake is on: no failover begins. {Why}")]
    private partial void On(string why);

    [LoggerMessage(LogLevel.Warning, "The fleet's brake is off. {Why}")]
    private partial void Off(string why);

    [LoggerMessage(LogLevel.Error, "The fleet's brake could not be decided; it is tried again")]
    private partial void NotDecided(Exception exception);
}
