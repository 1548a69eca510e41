using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Triggers.Http;

/// <param name="Response">What the workflow wrote; null when it has not (yet).</param>
/// <param name="Status">Where the instance stands; null when there is none.</param>
internal sealed record HttpOutcome(JsonObject? Response, InstanceStatus? Status)
{
    public bool IsOver => Response is not null || Status is null or InstanceStatus.Finished or InstanceStatus.Cancelled or InstanceStatus.Faulted;
}

/// <summary>
/// Waits until an instance has a response to a request. The response is in the snapshot: commits of this node wake the one who waits at once, those of other nodes are found by
/// looking every second.
/// </summary>
internal sealed class HttpResponseWaiter : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> committed = new();
    private readonly WorkflowRuntime runtime;
    private readonly IWorkflowStore store;
    private readonly TimeProvider time;

    public HttpResponseWaiter(WorkflowRuntime runtime, IWorkflowStore store, TimeProvider time)
    {
        (this.runtime, this.store, this.time) = (runtime, store, time);
        runtime.InstanceCommitted += Wake;
    }

    public void Dispose() => runtime.InstanceCommitted -= Wake;

    public async Task<HttpOutcome> WaitAsync(string instanceId, string requestId, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + atMost;
        while (true)
        {
            // Before the look: a commit in between is not missed.
            var signal = committed.GetOrAdd(instanceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var outcome = await LookAsync(instanceId, requestId, cancellationToken);
            var left = deadline - time.GetUtcNow();
            if (outcome.IsOver || left <= TimeSpan.Zero)
            {
                committed.TryRemove(KeyValuePair.Create(instanceId, signal));
                return outcome;
            }

            await signal.Task.WaitAsync(left < Look ? left : Look, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (!signal.Task.IsCompleted)
            {
                committed.TryRemove(KeyValuePair.Create(instanceId, signal));
            }
        }
    }

    public async Task<HttpOutcome> LookAsync(string instanceId, string requestId, CancellationToken cancellationToken)
    {
        var instance = await store.GetInstanceAsync(instanceId, cancellationToken);
        return instance is null
            ? new HttpOutcome(null, null)
            : new HttpOutcome(InstanceSnapshot.Read(instance.State).HttpResponses.GetValueOrDefault(requestId), instance.QuarantineReason is null ? instance.Status : InstanceStatus.Faulted);
    }

    private void Wake(string instanceId, InstanceStatus status)
    {
        if (committed.TryRemove(instanceId, out var signal))
        {
            signal.TrySetResult();
        }
    }
}
