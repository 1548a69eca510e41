using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.Schedules;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>Stimuli for whom it may concern: waiting instances, and definitions that start by them.</content>
public sealed partial class WorkflowRuntime
{
    /// <summary>Sends a stimulus to all instances that wait for it now; with a correlation id to all unfinished ones that carry it, whether they wait already or not yet (then it stays
    /// in their inbox, as a signal does). And starts an instance for each trigger of a published definition that it matches; the new ones get the correlation id. Durable when this returns, and safe to repeat with the same key: each instance takes it once, each trigger starts once.</summary>
    /// <exception cref="AggregateException">Some could not be reached, because the store failed; all others were. Repeat it.</exception>
    public async Task<PublishResult> PublishAsync(Stimulus stimulus, string? correlationId, string dedupeKey, CancellationToken cancellationToken)
    {
        var failures = new List<Exception>();
        var results = new List<StartResult>();
        var hash = StimulusHash.Of(stimulus.Key);
        foreach (var trigger in await store.FindTriggersAsync(hash, cancellationToken))
        {
            await AttemptAsync(async () => results.Add(await StartTriggerAsync(trigger, stimulus, correlationId, dedupeKey, cancellationToken)));
        }

        // What this stimulus started, now or when it was sent before, does not take it a second time at a later wait.
        var fresh = results.Select(r => r.InstanceId).ToHashSet();
        var (resumed, notTaken) = (new List<string>(), new List<string>());
        var payload = InboxPayload.Of(stimulus);
        foreach (var instanceId in (await AudienceAsync(hash, correlationId, cancellationToken)).Where(id => !fresh.Contains(id)))
        {
            await AttemptAsync(async () =>
            {
                switch (await PostAsync(instanceId, stimulus, dedupeKey, payload, cancellationToken))
                {
                    case PostOutcome.Posted:
                        resumed.Add(instanceId);
                        break;
                    case PostOutcome.Full or PostOutcome.TooLarge:
                        notTaken.Add(instanceId);
                        break;
                }
            });
        }

        return failures.Count == 0
            ? new PublishResult(resumed, [.. results.Where(r => r.Outcome == StartOutcome.Started).Select(r => r.InstanceId!)], [.. results.Where(r => !r.Started)]) { NotTaken = notTaken }
            : throw new AggregateException($"{failures.Count} of those that stimulus '{stimulus.Key.Name} {stimulus.Key.Key}' is for could not be reached.", failures);

        async Task AttemptAsync(Func<Task> reach)
        {
            try
            {
                await reach();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }
    }

    private async Task<IReadOnlyCollection<string>> AudienceAsync(string hash, string? correlationId, CancellationToken cancellationToken)
    {
        var found = (await store.FindBookmarksAsync(hash, correlationId, cancellationToken)).Select(b => b.InstanceId).ToHashSet();
        if (correlationId is null)
        {
            return found;
        }

        var filter = new InstanceFilter(
            CorrelationId: correlationId, Statuses: [InstanceStatus.Pending, InstanceStatus.Executing, InstanceStatus.Suspended, InstanceStatus.Paused]);
        var skip = 0;
        Page<InstanceRecord> page;
        do
        {
            page = await store.ListInstancesAsync(filter, new PageRequest(skip, 1000), cancellationToken);
            found.UnionWith(page.Items.Select(i => i.Id));
            skip += page.Items.Count;
        }
        while (page.Items.Count == 1000);
        return found;
    }

    /// <summary>Starts an instance at a trigger, of the version that the trigger belongs to. The same key twice starts one for each definition and activity.</summary>
    public async Task<StartResult> StartTriggerAsync(
        TriggerRecord trigger, Stimulus stimulus, string? correlationId, string dedupeKey, CancellationToken cancellationToken)
    {
        var request = new StartRequest
        {
            DefinitionId = trigger.DefinitionId,
            VersionId = trigger.VersionId,
            CorrelationId = correlationId,
            DedupeKey = $"{dedupeKey}:{trigger.DefinitionId}:{trigger.ActivityId}",
            TriggerActivityId = trigger.ActivityId,
            TriggeredBy = stimulus,
        };
        var result = await StartAsync(request, cancellationToken);
        if (!result.Started)
        {
            logger.TriggerRefused(trigger.DefinitionId, trigger.ActivityId, result.Problem);
        }

        return result;
    }

    /// <summary>Starts what a schedule's trigger owes up to now: one instance, for the latest fire time since it last fired (or since its publication). Any node may call it,
    /// at any time and as often as it likes: a fire time is the key of the start. Null when nothing is owed, or the version is no longer published.</summary>
    public async Task<ScheduleFire?> FireDueAsync(TriggerRecord trigger, CancellationToken cancellationToken)
    {
        var since = trigger.FiredAt > trigger.PublishedAt ? trigger.FiredAt.Value : trigger.PublishedAt;
        if (Schedule.Of(trigger)?.Latest(since, time.GetUtcNow()) is not { } at)
        {
            return null;
        }

        // The trigger was read a while ago. What has replaced the version fires for itself.
        if (await store.GetDefinitionVersionAsync(trigger.VersionId, cancellationToken) is not { IsPublished: true })
        {
            return null;
        }

        var stimulus = new Stimulus(new StimulusKey(trigger.StimulusName, trigger.StimulusKey), new JsonObject { ["scheduledAt"] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) });
        var result = await StartTriggerAsync(trigger, stimulus, null, Schedule.FireKey(at), cancellationToken);

        // After the start: a crash in between makes it start again, which the key makes nothing of. Old keys may be forgotten by then, this time is not.
        await store.SetTriggerFiredAsync(trigger, at, cancellationToken);
        return new ScheduleFire(at, result);
    }
}

/// <summary>What a schedule owed and what its start came to; a duplicate was started by another node or before a crash.</summary>
public sealed record ScheduleFire(DateTimeOffset At, StartResult Result);
