using System.Collections.Concurrent;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>
/// Starts, signals, pauses, cancels and runs instances. Everything asked for is durable when the call returns; running happens through the
/// dispatcher. Thread-safe. Any number of runtimes may share one store: who commits is decided there.
/// </summary>
public sealed partial class WorkflowRuntime : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ActiveInstance> active = new();
    private readonly IWorkflowStore store;
    private readonly DefinitionCatalog catalog;
    private readonly WorkflowRuntimeOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<WorkflowRuntime> logger;
    private readonly IInstanceDispatcher dispatcher;
    private readonly LeaseKeeper leases;
    private readonly BurstHouse house;
    private readonly SuspectLane suspects;
    private readonly FailedBursts failed;
    private readonly RequestLimits bounds;
    private volatile bool stopping;
    private volatile bool aborting;

    /// <param name="dispatcher">Null: instances run in this process.</param>
    public WorkflowRuntime(
        IWorkflowStore store, DefinitionCatalog catalog, WorkflowRuntimeOptions options, TimeProvider time, ILogger<WorkflowRuntime> logger,
        IInstanceDispatcher? dispatcher = null)
    {
        options.Validate();
        (this.store, this.catalog, this.options, this.time, this.logger) = (store, catalog, options, time, logger);
        this.dispatcher = dispatcher ?? new InProcessDispatcher((id, cancel) => RunHereAsync(id, alone: false, cancel), options.MaxConcurrentInstances);
        suspects = new SuspectLane(id => RunHereAsync(id, alone: true, CancellationToken.None), id => Dispatch(id), time, options.SuspectProbation);
        failed = new FailedBursts(store, options, time, id => Dispatch(id));
        bounds = new RequestLimits(options.Limits);
        leases = new LeaseKeeper(store, options, time, logger);
        house = new BurstHouse(store, new CommitQueue(store, options.MaxCommitBatch), options, time, logger, Announce, id => catalog.GetGraphAsync(id, CancellationToken.None));
    }

#pragma warning disable MA0046 // A plain event with what happened: nobody needs the sender.
    /// <summary>Raised after each commit of an instance by this runtime, with its status. Must be quick; an exception is logged and goes no further.</summary>
    public event Action<string, InstanceStatus>? InstanceCommitted;

    /// <summary>Due instances that this process leaves alone for now.</summary>
    internal int Suspects => suspects.Count;

    /// <summary>For the sweep and the pump.</summary>
    internal event Action<InstanceCommit>? Observed;
#pragma warning restore MA0046

    /// <summary>Instances that this process holds or is about to claim.</summary>
    public int ActiveInstances => active.Count;

    /// <summary>No new claims are made.</summary>
    public bool IsStopping => stopping;

    /// <summary>Gives back what this node held when it died: call once at the start, before anything runs. Returns how many.</summary>
    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        var recovered = await store.ReleaseOwnerAsync(options.Owner, cancellationToken);
        if (recovered > 0)
        {
            suspects.CloseFor(options.SuspectProbation / 5);
        }

        return recovered;
    }

    /// <summary>Runs an instance until nothing can go on, then gives it up. Safe to call at any time, by anyone, as often as they like: while it runs here
    /// already, the running burst looks at the inbox again. Returns when it is over; cancelling ends the waiting, not the instance.</summary>
    public async Task RunAsync(string instanceId, CancellationToken cancellationToken)
    {
        await RunHereAsync(instanceId, alone: false, cancellationToken);
        await suspects.EndOf(instanceId).WaitAsync(cancellationToken);
    }

    /// <summary>As <see cref="RunAsync"/>, but a suspect is only handed to its lane.</summary>
    private Task RunHereAsync(string instanceId, bool alone, CancellationToken cancellationToken)
    {
        while (!stopping)
        {
            var fresh = new ActiveInstance(alone);
            var found = active.GetOrAdd(instanceId, fresh);
            if (ReferenceEquals(found, fresh))
            {
                _ = LoopAsync(instanceId, fresh);
                return fresh.Done.Task.WaitAsync(cancellationToken);
            }

            if (found.TryNudge())
            {
                return found.Done.Task.WaitAsync(cancellationToken);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Drain: no new claims; bursts start no new effects and release after what runs. Past <see cref="WorkflowRuntimeOptions.DrainTimeout"/> (or when cancelled) running
    /// effects are cancelled; they run again elsewhere with the same idempotency key.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        failed.Dispose();
        suspects.Dispose();
        var bursts = active.Values.ToList();
        bursts.ForEach(a => a.Burst?.Stop());
        var all = Task.WhenAll(bursts.Select(a => a.Done.Task));
        await all.WaitAsync(options.DrainTimeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!all.IsCompleted)
        {
            logger.DrainTimedOut(active.Count, options.DrainTimeout);
            aborting = true;
            bursts.ForEach(a => a.Burst?.Abort());
            await all.WaitAsync(TimeSpan.FromSeconds(5), time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        leases.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!stopping)
        {
            await StopAsync(CancellationToken.None);
        }
    }

    /// <summary>Runs an instance soon: here when it is here already, else wherever the dispatcher says.</summary>
    /// <returns>Whether it went to the dispatcher.</returns>
    internal bool Dispatch(string instanceId)
    {
        if (stopping || (active.TryGetValue(instanceId, out var here) && here.TryNudge()) || suspects.TryTake(instanceId))
        {
            return false;
        }

        dispatcher.Dispatch(instanceId);
        return true;
    }

    internal bool IsActive(string instanceId) => active.ContainsKey(instanceId);

    private async Task LoopAsync(string instanceId, ActiveInstance entry)
    {
        try
        {
            do
            {
                if (entry.Created is null)
                {
                    // A claim of its own reads the inbox.
                    entry.TakeNudge();
                }

                await RunOnceAsync(instanceId, entry);
            }
            while (!entry.TryEnd(always: stopping));
            failed.Forget(instanceId);
        }
        catch (Exception e)
        {
            logger.BurstFailed(e, instanceId, failed.Add(instanceId));
            entry.TryEnd(always: true);
        }

        suspects.Clear(instanceId);
        active.TryRemove(KeyValuePair.Create(instanceId, entry));
        if (entry.IsSuspect)
        {
            suspects.Add(instanceId);
        }

        entry.Done.SetResult();
    }

    private async Task RunOnceAsync(string instanceId, ActiveInstance entry)
    {
        var claimed = entry.TakeCreated() ?? await ClaimAsync(instanceId, entry);
        if (claimed is null)
        {
            return;
        }

        if (claimed.Claims > options.MaxClaims)
        {
            await QuarantineAsync(instanceId, $"Claimed {claimed.Claims - 1} times without reaching a commit: something in it brings its node down or loses its lease.");
            return;
        }

        var (graph, state, problem) = await LoadAsync(claimed.Instance);
        if (problem is not null)
        {
            await QuarantineAsync(instanceId, problem);
            return;
        }

        if (claimed.Claims > 1)
        {
            suspects.Watch(instanceId);
        }

        var burst = new Burst(house, claimed, graph!, state!, entry.TakeNudge);
        leases.Add(instanceId, claimed.Epoch, burst.Lose);
        entry.Enter(burst);

        // Read only now: whoever sets them later finds the burst.
        if (stopping)
        {
            burst.Stop();
        }

        if (aborting)
        {
            burst.Abort();
        }

        try
        {
            await burst.RunAsync();
        }
        finally
        {
            entry.Leave();
            leases.Remove(instanceId);
        }
    }

    /// <summary>Null: somebody else has it, it has ended, or it is a suspect that is not alone.</summary>
    private async Task<ClaimedInstance?> ClaimAsync(string instanceId, ActiveInstance entry)
    {
        var most = entry.Alone ? int.MaxValue : options.SuspectClaimsInUse;
        var claimed = await store.ClaimAsync(instanceId, options.Owner, options.Lease, most, CancellationToken.None);
        if (claimed is null && await failed.GiveUpAsync(instanceId))
        {
            claimed = await store.ClaimAsync(instanceId, options.Owner, options.Lease, most, CancellationToken.None);
        }

        if (claimed is null && !entry.Alone
            && await store.GetInstanceAsync(instanceId, CancellationToken.None) is { FinishedAt: null, QuarantineReason: null } found && found.Claims >= most)
        {
            entry.IsSuspect = true;
            logger.Suspected(instanceId, found.Claims);
        }

        return claimed;
    }

    private async Task<(WorkflowGraph? Graph, InstanceState? State, string? Problem)> LoadAsync(InstanceRecord instance)
    {
        var compiled = await catalog.CompileAsync(instance.DefinitionVersionId, CancellationToken.None);
        if (compiled?.Graph is not { } graph)
        {
            return (null, null, compiled is null
                ? $"Version {instance.DefinitionVersion} of definition '{instance.DefinitionId}' is gone."
                : $"Version {instance.DefinitionVersion} of definition '{instance.DefinitionId}' does not compile here: {Errors(compiled.Problems)}");
        }

        try
        {
            var state = StateSerializer.Read(instance.State);
            return state.ContentHash == graph.ContentHash
                ? (graph, state, null)
                : (null, null, $"Version {instance.DefinitionVersion} of definition '{instance.DefinitionId}' is not what this instance started with (content hash).");
        }
        catch (InvalidDataException e)
        {
            return (null, null, e.Message);
        }
    }

    private async Task QuarantineAsync(string instanceId, string reason)
    {
        logger.Quarantined(instanceId, reason);
        await store.SetQuarantineAsync(instanceId, reason, CancellationToken.None);
    }

    private void Announce(InstanceCommit commit)
    {
        if (!commit.KeepClaims)
        {
            suspects.Clear(commit.InstanceId);
        }

        Observed?.Invoke(commit);
        if (commit.Status is InstanceStatus.Finished or InstanceStatus.Cancelled or InstanceStatus.Faulted)
        {
            logger.Ended(commit.InstanceId, commit.Status);
        }

        try
        {
            InstanceCommitted?.Invoke(commit.InstanceId, commit.Status);
        }
        catch (Exception e)
        {
            logger.SubscriberFailed(e);
        }
    }

    private static string Errors(IReadOnlyList<DefinitionProblem> problems) =>
        string.Join(" ", problems.Where(p => p.IsError).Take(3).Select(p => $"[{p.ActivityId}] {p.Message}"));
}
