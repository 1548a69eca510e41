using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>Finds instances whose time has come and those that a dead node left, and dispatches them. Sleeps until the next due time, which commits of this node tell at
/// once; the longest sleep bounds how late it hears of others.</summary>
public sealed class DueInstanceSweep(IWorkflowStore store, WorkflowRuntime runtime, WorkflowRuntimeOptions options, TimeProvider time, ILogger<DueInstanceSweep> logger)
{
    private readonly SweepWindow window = new(Math.Max(1, options.MaxConcurrentInstances / 4), options.SweepMaxInterval, time);
    private readonly Alarm alarm = new(time);
    private long wakeAtTicks = long.MaxValue;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        runtime.Observed += Observe;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                Volatile.Write(ref wakeAtTicks, long.MaxValue);
                var sleep = await SweepAsync(cancellationToken);
                Volatile.Write(ref wakeAtTicks, (time.GetUtcNow() + sleep).UtcTicks);
                await alarm.SleepAsync(sleep, cancellationToken);
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

    /// <summary>One look. Returns how long to sleep.</summary>
    private async Task<TimeSpan> SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Those on their way and the suspects may still be due: one more than all of them says whether there are others.
            var most = window.Count + window.Size + runtime.Suspects + 1;
            var found = await store.FindDueAsync(time.GetUtcNow(), most, cancellationToken);
            window.Keep(found, runtime.IsActive);
            foreach (var instanceId in found)
            {
                if (window.TryEnter(instanceId) && !runtime.Dispatch(instanceId))
                {
                    window.Leave(instanceId);
                }
            }

            var next = window.MoreWait ? time.GetUtcNow() : await store.NextDueAsync(cancellationToken);
            var wait = next is { } at ? at - time.GetUtcNow() : options.SweepMaxInterval;
            return wait < options.SweepMinInterval ? options.SweepMinInterval : wait > options.SweepMaxInterval ? options.SweepMaxInterval : wait;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.SweepFailed(e, options.SweepMaxInterval);
            return options.SweepMaxInterval;
        }
    }

    private void Observe(InstanceCommit commit)
    {
        if (window.Leave(commit.InstanceId) || commit is { Release: true, DueAt: { } due } && due.UtcTicks < Volatile.Read(ref wakeAtTicks))
        {
            alarm.Ring();
        }
    }
}
