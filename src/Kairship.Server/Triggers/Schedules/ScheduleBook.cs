using System.Collections.Concurrent;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Quartz;

namespace Kairship.Server.Triggers.Schedules;

/// <summary>
/// Keeps this node's Quartz in step with the schedules of published definitions. Each schedule is one job with one trigger, for its next fire time. Every node fires them all: the
/// fire time is the key of the start, so that one instance starts (docs/adr/0004).
/// </summary>
internal sealed partial class ScheduleBook(
    ISchedulerFactory quartz, IWorkflowStore store, WorkflowRuntime runtime, TimeProvider time, ILogger<ScheduleBook> logger) : BackgroundService
{
    /// <summary>How soon a publication, here or on another node, is noticed.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>After a fire that the database refused.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TriggerRecord> known = new();

    /// <summary>Called by Quartz at a fire time.</summary>
    public async Task FireAsync(string key, IScheduler scheduler, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(key, out var trigger))
        {
            return;
        }

        var next = time.GetUtcNow() + Again;
        try
        {
            if (await runtime.FireDueAsync(trigger, cancellationToken) is { } fired)
            {
                Fired(trigger.DefinitionId, fired.At, fired.Result.Outcome);
                known.TryUpdate(key, trigger with { FiredAt = fired.At }, trigger);
            }

            if (Schedule.Of(trigger)?.Next(time.GetUtcNow()) is not { } coming)
            {
                return;
            }

            next = coming;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotFired(e, trigger.DefinitionId, trigger.ActivityId, Again);
        }

        await PlanAsync(scheduler, key, next, cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await (await quartz.GetScheduler(cancellationToken)).Shutdown(waitForJobsToComplete: true, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var scheduler = await quartz.GetScheduler(stoppingToken);
        await scheduler.Start(stoppingToken);
        using var timer = new PeriodicTimer(Look, time);
        do
        {
            try
            {
                await FollowAsync(scheduler, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotRead(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Takes up what was published, drops what was retracted. What a new schedule owes since its publication, or since it last fired before a downtime, it fires now.</summary>
    private async Task FollowAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        var triggers = (await store.ListTriggersAsync(Schedule.StimulusName, cancellationToken)).ToDictionary(t => $"{t.DefinitionId}/{t.ActivityId}/{t.StimulusHash}");
        foreach (var gone in known.Keys.Where(key => !triggers.ContainsKey(key)).ToList())
        {
            known.TryRemove(gone, out _);
            await scheduler.DeleteJob(new JobKey(gone), cancellationToken);
        }

        foreach (var (key, trigger) in triggers)
        {
            if (!known.TryGetValue(key, out var before) || before.VersionId != trigger.VersionId || before.PublishedAt != trigger.PublishedAt)
            {
                known[key] = trigger;
                await FireAsync(key, scheduler, cancellationToken);
            }
        }
    }

    private static async Task PlanAsync(IScheduler scheduler, string key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var trigger = TriggerBuilder.Create().WithIdentity(key).ForJob(new JobKey(key)).StartAt(at).Build();
        if (await scheduler.RescheduleJob(new TriggerKey(key), trigger, cancellationToken) is null)
        {
            var job = JobBuilder.Create<FireScheduleJob>().WithIdentity(key).StoreDurably().Build();
            await scheduler.AddJob(job, new AddJobOptions { Replace = true }, cancellationToken);
            await scheduler.ScheduleJob(trigger, cancellationToken: cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Definition {DefinitionId} is scheduled for {At}: {Outcome}")]
    private partial void Fired(string definitionId, DateTimeOffset at, StartOutcome outcome);

    [LoggerMessage(LogLevel.Error, "Definition {DefinitionId} could not be started by schedule {ActivityId}; again after {Pause}")]
    private partial void NotFired(Exception exception, string definitionId, string activityId, TimeSpan pause);

    [LoggerMessage(LogLevel.Error, "The schedules could not be read; those that are known go on")]
    private partial void NotRead(Exception exception);
}

/// <summary>One fire time of one schedule.</summary>
internal sealed class FireScheduleJob(ScheduleBook book) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await book.FireAsync(context.JobDetail.Key.Name, context.Scheduler, cancellationToken);
}

internal static class ScheduleRegistration
{
    public static void AddKairshipSchedules(this IServiceCollection services)
    {
        services.AddQuartz(quartz => quartz.UseInMemoryStore(_ => { }));
        services.AddSingleton<ScheduleBook>();
        services.AddHostedService(p => p.GetRequiredService<ScheduleBook>());
    }
}
