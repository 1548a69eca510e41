using Kairship.Activities.Scaling;
using Kairship.Delivery.Documents;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Health;
using Kairship.Server.Clusters;

namespace Kairship.Server.Scaling;

/// <summary>
/// From the counts of the clusters that this node looks at to alarms: written down first, then told, then written down as told, so that a crash in between tells it again and never loses it.
/// </summary>
internal sealed partial class CapacityWatch(
    ClusterHealthBook book, IDocumentStore documents, ScalingAnnouncer announcer, ScalingWatch scaling, ScalingOptions options, TimeProvider time, ILogger<CapacityWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval < LongestRound ? options.Interval : LongestRound, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var report in book.Own)
            {
                try
                {
                    await JudgeAsync(report, stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    NotJudged(e, report.Cluster);
                }
            }
        }
    }

    private async Task JudgeAsync(ClusterReport report, CancellationToken cancellationToken)
    {
        if (report.Capacity is not { } capacity)
        {
            return;
        }

        var (before, version) = await CapacityAlarms.FindAsync(documents, report.Cluster, cancellationToken);
        if (before is { Acts: true })
        {
            await TellAsync(before, version, cancellationToken);
            return;
        }

        var now = time.GetUtcNow();
        var alarm = CapacityTrigger.Judge(SignsOf(report.Cluster, capacity), options.Capacity, before, now);
        var isNews = before is null ? alarm.IsRaised : (before.IsRaised, before.WellSince) != (alarm.IsRaised, alarm.WellSince);
        if (!isNews || !await CapacityAlarms.PutAsync(documents, alarm, version, now, cancellationToken))
        {
            return;
        }

        if (alarm.Acts)
        {
            IsShort(alarm.Cluster, alarm.Sentence);
            await TellAsync(alarm, version + 1, cancellationToken);
        }
        else if (!alarm.IsRaised)
        {
            HasRoom(alarm.Cluster, alarm.Sentence);
        }
    }

    private async Task TellAsync(CapacityAlarm alarm, long version, CancellationToken cancellationToken)
    {
        await announcer.AnnounceAsync(alarm, cancellationToken);
        scaling.LookSoon(null);
        await CapacityAlarms.PutAsync(documents, alarm with { Acts = false }, version, time.GetUtcNow(), cancellationToken);
    }

    private static CapacitySigns SignsOf(string cluster, ClusterCapacity capacity) => new(
        cluster, capacity.WaitingPods, capacity.WaitingSince,
        [
            new ResourceShare("cpu", capacity.Requested.CpuMillis, capacity.Allocatable.CpuMillis),
            new ResourceShare("memory", capacity.Requested.MemoryBytes, capacity.Allocatable.MemoryBytes),
            new ResourceShare("pods", capacity.Requested.Pods, capacity.Allocatable.Pods),
        ]);

    [LoggerMessage(LogLevel.Warning, "Cluster {Cluster}: {Sentence}")]
    private partial void IsShort(string cluster, string sentence);

    [LoggerMessage(LogLevel.Information, "Cluster {Cluster}: {Sentence}")]
    private partial void HasRoom(string cluster, string sentence);

    [LoggerMessage(LogLevel.Warning, "Whether cluster {Cluster} has room could not be judged; it is tried again")]
    private partial void NotJudged(Exception exception, string cluster);
}
