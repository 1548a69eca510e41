using System.Diagnostics.Metrics;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>What one sweep took away.</summary>
public sealed record Pruned(int Instances, long Rows, int Keys);

/// <summary>
/// Deletes what is over and old, in short transactions with pauses in between. Stopping, or dying, in the middle costs nothing: the next sweep goes on. Several nodes may
/// sweep at the same time.
/// </summary>
public sealed class RetentionSweep(IWorkflowStore store, WorkflowRuntimeOptions options, TimeProvider time, ILogger<RetentionSweep> logger) : IDisposable
{
    /// <summary>After the start other things come first.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);

    private readonly Meter meter = new("Kairship.Workflows.Retention");
    private readonly RetentionOptions retention = options.Retention;
    private Counter<long>? instances;
    private Counter<long>? rows;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wait = retention.Interval < FirstLook ? retention.Interval : FirstLook;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(wait, time, cancellationToken);
                wait = retention.Interval;
                await TrySweepAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>One sweep over everything.</summary>
    public async Task<Pruned> SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (finished, faulted, keys) = (Before(now, retention.Finished), Before(now, retention.Faulted), Before(now, retention.StartKeys));
        var pruned = new Pruned(0, 0, 0);
        if (finished is not null || faulted is not null)
        {
            pruned = await SweepInstancesAsync(finished, faulted, cancellationToken);
        }

        if (keys is { } before)
        {
            pruned = pruned with { Keys = await SweepKeysAsync(before, cancellationToken) };
        }

        if (pruned != new Pruned(0, 0, 0))
        {
            logger.Pruned(pruned.Instances, pruned.Rows, pruned.Keys);
        }

        return pruned;
    }

    public void Dispose() => meter.Dispose();

    private static DateTimeOffset? Before(DateTimeOffset now, TimeSpan kept) => RetentionOptions.IsOff(kept) || now - DateTimeOffset.MinValue < kept ? null : now - kept;

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PruneFailed(e, retention.Interval);
        }
    }

    private async Task<Pruned> SweepInstancesAsync(DateTimeOffset? finished, DateTimeOffset? faulted, CancellationToken cancellationToken)
    {
        instances ??= meter.CreateCounter<long>("kairship.retention.instances", "{instance}", "Instances that retention deleted.");
        rows ??= meter.CreateCounter<long>("kairship.retention.rows", "{row}", "Rows of journals and inboxes that retention deleted.");
        var pruned = new Pruned(0, 0, 0);
        PrunePosition? at = null;
        do
        {
            var step = await store.PruneInstancesAsync(new PruneRequest(finished, faulted, at, retention.BatchInstances, retention.BatchRows), cancellationToken);
            instances.Add(step.Instances);
            rows.Add(step.Rows);
            pruned = pruned with { Instances = pruned.Instances + step.Instances, Rows = pruned.Rows + step.Rows };
            at = IsPast(step.Next, finished, faulted) ? null : step.Next;
            await PauseAsync(step.Instances > 0 || step.Rows > 0, cancellationToken);
        }
        while (at is not null);
        return pruned;
    }

    /// <summary>What was created after both limits cannot have ended before them.</summary>
    private static bool IsPast(PrunePosition? at, DateTimeOffset? finished, DateTimeOffset? faulted) =>
        at is not null && !(at.CreatedAt < finished) && !(at.CreatedAt < faulted);

    private async Task<int> SweepKeysAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var count = 0;
        string? at = null;
        do
        {
            var step = await store.PruneStartKeysAsync(before, at, retention.BatchInstances, cancellationToken);
            (count, at) = (count + step.Keys, step.Next);
            await PauseAsync(step.Keys > 0, cancellationToken);
        }
        while (at is not null);
        return count;
    }

    private Task PauseAsync(bool deleted, CancellationToken cancellationToken) =>
        deleted && retention.Pause > TimeSpan.Zero ? Task.Delay(retention.Pause, time, cancellationToken) : Task.CompletedTask;
}
