using System.Collections.Concurrent;
using Kairship.Activities.Scaling;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Quartz;

namespace Kairship.Server.Scaling;

/// <summary>
/// Looks at every application that says how it is scaled: on an interval, when the time of one of its cron rules comes (by Quartz), and when a cluster is short of room. What it finds starts workflows; it
/// changes nothing itself. Any node may look: what another has just looked at is left alone, and the same wish starts once.
/// </summary>
internal sealed partial class ScalingWatch(
    IDeliveryStore delivery, ScalingDesk desk, ScalingAnnouncer announcer, ISchedulerFactory quartz, ScalingOptions options, TimeProvider time, ILogger<ScalingWatch> logger) : BackgroundService
{
    private const int AtOnce = 4;
    private const int Remembered = 10;
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> looked = new(StringComparer.Ordinal);

    /// <summary>At the next round, whatever the interval says. Null: all.</summary>
    public void LookSoon(string? application)
    {
        if (application is null)
        {
            looked.Clear();
        }
        else
        {
            looked.TryRemove(application, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval < LongestRound ? options.Interval : LongestRound, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var scaled = (await delivery.ListApplicationsAsync(stoppingToken)).Where(a => a.Scaling is not null).ToList();
                await DropAsync(scaled, stoppingToken);
                await Parallel.ForEachAsync(
                    scaled.Where(a => IsDue(a.Name)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken }, async (a, token) => await LookAsync(a, token));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotListed(e);
            }
        }
    }

    /// <summary>Those that are gone, or are not scaled any more, have no times.</summary>
    private async Task DropAsync(IReadOnlyList<Application> scaled, CancellationToken cancellationToken)
    {
        foreach (var gone in looked.Keys.Except(scaled.Select(a => a.Name)).ToList())
        {
            looked.TryRemove(gone, out _);
            await PlanAsync(gone, null, cancellationToken);
        }
    }

    private bool IsDue(string application) => !looked.TryGetValue(application, out var at) || time.GetUtcNow() - at >= options.Interval;

    private async Task LookAsync(Application application, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            var isAsked = !looked.ContainsKey(application.Name);
            looked[application.Name] = now;
            if (!isAsked && await desk.FindAsync(application.Name, cancellationToken) is { } known && now - known.At < options.Interval / 2)
            {
                return;
            }

            var advice = await desk.LookAsync(application, cancellationToken);
            await PlanAsync(application.Name, advice.Next, cancellationToken);
            if (advice.Verdict == ScalingVerdict.Change && await MayBeginAsync(application.Name, cancellationToken) is { } after)
            {
                await announcer.AnnounceAsync(application.Name, advice, after, cancellationToken);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotLooked(e, application.Name);
        }
    }

    /// <summary>The number of the newest release, when nobody holds the application and there is no pause after scalings that failed; null otherwise.</summary>
    private async Task<int?> MayBeginAsync(string application, CancellationToken cancellationToken)
    {
        if (await delivery.GetArbiterLeaseAsync(application, cancellationToken) is not null)
        {
            return null;
        }

        var (releases, _) = await delivery.ListReleasesAsync(application, 0, Remembered, cancellationToken);
        return ScalingPause.Of(releases, time.GetUtcNow()) is null && releases is [var newest, ..] ? newest.Number : null;
    }

    /// <summary>One job for each application, for the next time that its rules may change something.</summary>
    private async Task PlanAsync(string application, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        var (scheduler, key) = (await quartz.GetScheduler(cancellationToken), $"scaling/{application}");
        if (next is not { } at)
        {
            await scheduler.DeleteJob(new JobKey(key), cancellationToken);
            return;
        }

        var trigger = TriggerBuilder.Create().WithIdentity(key).ForJob(new JobKey(key)).StartAt(at).Build();
        if (await scheduler.RescheduleJob(new TriggerKey(key), trigger, cancellationToken) is null)
        {
            var job = JobBuilder.Create<LookAtScalingJob>().WithIdentity(key).UsingJobData(LookAtScalingJob.Application, application).StoreDurably().Build();
            await scheduler.AddJob(job, new AddJobOptions { Replace = true }, cancellationToken);
            await scheduler.ScheduleJob(trigger, cancellationToken: cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "How many replicas application {Application} should have could not be decided; it is tried again")]
    private partial void NotLooked(Exception exception, string application);

    [LoggerMessage(LogLevel.Warning, "The applications that are scaled could not be read; it is tried again")]
    private partial void NotListed(Exception exception);
}

/// <summary>The time of a cron rule of an application.</summary>
internal sealed class LookAtScalingJob(ScalingWatch watch) : IJob
{
    public const string Application = "application";

    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        watch.LookSoon(context.JobDetail.JobDataMap.GetString(Application));
        return ValueTask.CompletedTask;
    }
}
