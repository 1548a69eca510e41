using System.Text.Json;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>Delivers what committed transitions send: at least once, with the message's id as the dedupe key.</summary>
public sealed class OutboxPump(IWorkflowStore store, WorkflowRuntime runtime, WorkflowRuntimeOptions options, TimeProvider time, ILogger<OutboxPump> logger)
{
    private const int Batch = 100;
    private const int MostStuck = 1_000;
    private readonly Alarm alarm = new(time);
    private HashSet<string> stuck = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        runtime.Observed += Observe;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (await PumpAsync(cancellationToken) < Batch)
                {
                    await alarm.SleepAsync(options.SweepMaxInterval, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            runtime.Observed -= Observe;
        }
    }

    /// <summary>Delivers one batch. One that fails stays, with the later ones of its sender, and is tried again each time; others do not wait for it.
    /// Returns how many messages were delivered or new.</summary>
    public async Task<int> PumpAsync(CancellationToken cancellationToken)
    {
        try
        {
            var messages = await store.ReadOutboxAsync(Batch + Math.Min(stuck.Count, MostStuck), cancellationToken);
            var fresh = messages.Count(m => !stuck.Contains(m.Id));
            var delivered = await DeliverAsync(messages, cancellationToken);
            if (delivered.Count > 0)
            {
                await store.DeleteOutboxAsync(delivered, cancellationToken);
            }

            return Math.Max(fresh, delivered.Count);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PumpFailed(e, options.SweepMaxInterval);
            return 0;
        }
    }

    private async Task<List<string>> DeliverAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        var (delivered, failed, senders) = (new List<string>(), new HashSet<string>(), new HashSet<string>());
        foreach (var message in messages)
        {
            if (senders.Contains(message.InstanceId))
            {
                failed.Add(message.Id);
                continue;
            }

            try
            {
                await DeliverAsync(message, cancellationToken);
                delivered.Add(message.Id);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                senders.Add(message.InstanceId);
                failed.Add(message.Id);
                if (!stuck.Contains(message.Id))
                {
                    logger.MessageStuck(e, message.InstanceId, message.Kind);
                }
            }
        }

        stuck = failed;
        return delivered;
    }

    private async Task DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        var key = $"outbox:{message.Id}";
        try
        {
            switch (message.Kind)
            {
                case OutboxPayload.Publish when OutboxPayload.Read(message.Payload) is { Stimulus: not null } publish:
                    await runtime.PublishAsync(Messages.Stimulus(publish.Stimulus), publish.CorrelationId, key, cancellationToken);
                    break;
                case OutboxPayload.Signal when OutboxPayload.Read(message.Payload) is { InstanceId: { } target, Stimulus: not null } signal:
                    await runtime.SignalAsync(target, Messages.Stimulus(signal.Stimulus), key, cancellationToken);
                    break;
                case ChildStartPayload.Kind when ChildStartPayload.Read(message.Payload) is { } start:
                    await runtime.StartChildAsync(start, key, cancellationToken);
                    break;
                case OutboxPayload.Cancel when OutboxPayload.Read(message.Payload)?.InstanceId is { } shared && shared.StartsWith($"{message.InstanceId}/", StringComparison.Ordinal):
                    await CancelChildrenAsync(message.InstanceId, shared, key, cancellationToken);
                    break;
                case OutboxPayload.Cancel when OutboxPayload.Read(message.Payload)?.InstanceId is { } awaited:
                    await runtime.CancelByParentAsync(awaited, key, cancellationToken);
                    break;
                case OutboxPayload.CancelChildren when OutboxPayload.Read(message.Payload)?.InstanceId is { } parent:
                    await CancelChildrenAsync(parent, null, key, cancellationToken);
                    break;
                default:
                    logger.BadMessage(message.InstanceId, $"unknown kind '{message.Kind}'");
                    break;
            }
        }
        catch (JsonException e)
        {
            logger.BadMessage(message.InstanceId, e.Message);
        }
    }

    /// <summary>All but those that were dispatched to run on their own. Children that start meanwhile look at their parent themselves.</summary>
    /// <param name="awaitedBy">Only those whose end this key tells; null: all.</param>
    private async Task CancelChildrenAsync(string parent, string? awaitedBy, string key, CancellationToken cancellationToken)
    {
        for (var skip = 0; ; skip += Batch)
        {
            var children = await store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: parent), new PageRequest(skip, Batch), cancellationToken);
            foreach (var child in children.Items.Where(c => c.Status is not (InstanceStatus.Finished or InstanceStatus.Cancelled)))
            {
                await runtime.CancelChildAsync(child.Id, awaitedBy, key, cancellationToken);
            }

            if (children.Items.Count < Batch)
            {
                return;
            }
        }
    }

    private void Observe(InstanceCommit commit)
    {
        if (commit.Outbox.Count > 0)
        {
            alarm.Ring();
        }
    }
}
