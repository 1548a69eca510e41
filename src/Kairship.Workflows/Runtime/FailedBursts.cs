using System.Collections.Concurrent;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>
/// Instances whose last burst ended by an error, as a rule one of the store: whether its last commit was applied is unknown, and the lease still runs. The
/// snapshot in the store decides, so this process may claim such an instance again at once: the epoch keeps the old burst from writing. It does so
/// after a pause that grows with each failure in a row, up to the lease.
/// </summary>
internal sealed class FailedBursts(IWorkflowStore store, WorkflowRuntimeOptions options, TimeProvider time, Action<string> dispatch) : IDisposable
{
    private readonly ConcurrentDictionary<string, int> failures = new();
    private readonly CancellationTokenSource stop = new();

    /// <summary>Returns when it is tried again.</summary>
    public TimeSpan Add(string instanceId)
    {
        var inARow = failures.AddOrUpdate(instanceId, 1, (_, before) => before + 1);
        var ticks = options.BackoffBase.Ticks * Math.Pow(2, inARow - 1);
        var delay = ticks < options.Lease.Ticks ? TimeSpan.FromTicks((long)ticks) : options.Lease;
        _ = AgainAsync(instanceId, delay);
        return delay;
    }

    public void Forget(string instanceId) => failures.TryRemove(instanceId, out _);

    /// <summary>Ends the lease that the failed burst left. True when there was one. Only called by whoever has the instance to himself in this process.</summary>
    public async Task<bool> GiveUpAsync(string instanceId)
    {
        if (!failures.ContainsKey(instanceId)
            || await store.GetInstanceAsync(instanceId, CancellationToken.None) is not { FinishedAt: null } found || found.Owner != options.Owner)
        {
            return false;
        }

        var lost = await store.RenewAsync(options.Owner, [new HeldInstance(instanceId, found.Epoch)], TimeSpan.Zero, CancellationToken.None);
        return lost.Count == 0;
    }

    public void Dispose() => stop.Cancel();

    private async Task AgainAsync(string instanceId, TimeSpan delay)
    {
        await Task.Delay(delay, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            dispatch(instanceId);
        }
    }
}
