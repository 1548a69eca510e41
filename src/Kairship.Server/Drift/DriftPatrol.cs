using System.Collections.Concurrent;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Releases;

namespace Kairship.Server.Drift;

/// <summary>Compares each application on its interval. Several nodes share the work: a comparison that is due is claimed in the database.</summary>
internal sealed partial class DriftPatrol(IDeliveryStore delivery, DriftService drift, TimeProvider time, ILogger<DriftPatrol> logger) : BackgroundService
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    /// <summary>When this node asks the database again whether a comparison is due: asking is a write.</summary>
    private readonly ConcurrentDictionary<string, (TimeSpan Interval, DateTimeOffset At)> asks = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Round, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var watched = (await delivery.ListApplicationsAsync(stoppingToken)).Where(a => a.Drift.Mode != DriftMode.Ignore);
                await Parallel.ForEachAsync(
                    watched, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken }, async (a, token) => await LookAsync(a, token));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotLooked(e);
            }
        }
    }

    private async Task LookAsync(Application application, CancellationToken cancellationToken)
    {
        try
        {
            // Up to a tenth later, so that applications made in one go are not compared in one go for ever.
            var now = time.GetUtcNow();
            if (asks.TryGetValue(application.Name, out var ask) && ask.Interval == application.Drift.Interval && now < ask.At)
            {
                return;
            }

            var next = now + (application.Drift.Interval * (1 + (Random.Shared.NextDouble() / 10)));
            var isMine = await delivery.ClaimDriftCheckAsync(application.Name, now, next, cancellationToken);
            asks[application.Name] = (application.Drift.Interval, isMine || next < now + Again ? next : now + Again);
            if (isMine)
            {
                await drift.CheckAsync(application, application.Drift.Mode == DriftMode.Heal, DriftService.Keeper, cancellationToken);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotCompared(e, application.Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Application {Application} could not be compared with what was released; it is tried again")]
    private partial void NotCompared(Exception exception, string application);

    [LoggerMessage(LogLevel.Warning, "The applications could not be compared with what was released; it is tried again")]
    private partial void NotLooked(Exception exception);
}
