using System.Collections.Concurrent;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Waits a little for what becomes of an instance. Commits of this node wake the one who waits at once, those of other nodes are found by looking now and then.</summary>
internal sealed class InstanceWaiter : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> committed = new();
    private readonly WorkflowRuntime runtime;
    private readonly IWorkflowStore store;
    private readonly TimeProvider time;

    public InstanceWaiter(WorkflowRuntime runtime, IWorkflowStore store, TimeProvider time)
    {
        (this.runtime, this.store, this.time) = (runtime, store, time);
        runtime.InstanceCommitted += Wake;
    }

    public void Dispose() => runtime.InstanceCommitted -= Wake;

    /// <summary>It waits for something, or has ended.</summary>
    public static bool HasSettled(InstanceRecord instance) =>
        instance.QuarantineReason is not null || instance.Status is not (InstanceStatus.Pending or InstanceStatus.Executing);

    /// <summary>The instance as soon as the condition holds, or as it is when the time is up; null when there is none.</summary>
    public async Task<InstanceRecord?> WaitAsync(string instanceId, Func<InstanceRecord, bool> condition, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + atMost;
        while (true)
        {
            // Before the look: a commit in between is not missed.
            var signal = committed.GetOrAdd(instanceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            try
            {
                var instance = await store.GetInstanceAsync(instanceId, cancellationToken);
                var left = deadline - time.GetUtcNow();
                if (instance is null || condition(instance) || left <= TimeSpan.Zero)
                {
                    return instance;
                }

                await signal.Task.WaitAsync(left < Look ? left : Look, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
            finally
            {
                // Others who wait for the same one look again within a moment.
                committed.TryRemove(KeyValuePair.Create(instanceId, signal));
            }
        }
    }

    private void Wake(string instanceId, InstanceStatus status)
    {
        if (committed.TryRemove(instanceId, out var signal))
        {
            signal.TrySetResult();
        }
    }
}
