using System.Threading.Channels;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>What bursts share.</summary>
internal sealed record BurstHouse(
    IWorkflowStore Store, CommitQueue Commits, WorkflowRuntimeOptions Options, TimeProvider Time, ILogger Logger, Action<InstanceCommit> Committed,
    Func<string, Task<WorkflowGraph?>> Compile);

/// <summary>
/// One claim of one instance, from reading its snapshot until nothing can go on without an outside event: events in, one commit for each
/// transition, effects between commits, the last commit releases. State is touched by <see cref="RunAsync"/> alone; everybody else sends signals.
/// </summary>
internal sealed partial class Burst
{
    private enum SignalKind
    {
        EffectEnded,
        Nudge,
        Time,
        Stop,
        Lose,
    }

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Channel<(SignalKind Kind, EffectEnd? End)> signals = Channel.CreateUnbounded<(SignalKind, EffectEnd?)>();
    private readonly BurstHouse house;
    private readonly ClaimedInstance claimed;
    private readonly WorkflowGraph claimedGraph;
    private readonly EffectSet effects;
    private readonly BurstInbox inbox;
    private readonly Func<bool> takeNudge;
    private readonly HashSet<string> resumed = [];
    private Interpreter interpreter;
    private ReadOnlyMemory<byte> committed;
    private WorkflowGraph committedGraph;
    private string? lastEnded;
    private volatile bool aborting;
    private bool stopping;
    private bool unsettled;
    private bool lost;

    public Burst(BurstHouse house, ClaimedInstance claimed, WorkflowGraph graph, InstanceState state, Func<bool> takeNudge)
    {
        this.house = house;
        this.claimed = claimed;
        claimedGraph = committedGraph = graph;
        this.takeNudge = takeNudge;
        committed = claimed.Instance.State;
        interpreter = new Interpreter(graph, state, house.Options.Limits, house.Options.Journal);
        effects = new EffectSet(claimed.Epoch, house.Options, house.Time, end => signals.Writer.TryWrite((SignalKind.EffectEnded, end)));
        inbox = new BurstInbox(Id, house.Logger);
    }

    private string Id => claimed.Instance.Id;

    private DateTimeOffset Now => house.Time.GetUtcNow();

    /// <summary>A message may have arrived.</summary>
    public void Nudge() => signals.Writer.TryWrite((SignalKind.Nudge, null));

    /// <summary>Start nothing new; release when what runs has ended.</summary>
    public void Stop() => signals.Writer.TryWrite((SignalKind.Stop, null));

    /// <summary>End what runs now; it runs again elsewhere.</summary>
    public void Abort()
    {
        aborting = true;
        Stop();
    }

    /// <summary>The lease is lost: somebody else may run this instance.</summary>
    public void Lose() => signals.Writer.TryWrite((SignalKind.Lose, null));

    public async Task RunAsync()
    {
        try
        {
            resumed.UnionWith(interpreter.ReadyEffects.Select(e => e.Id));
            inbox.Add(claimed.Inbox);
            await TakeCommandsAsync();
            interpreter.Apply(new InstanceEvent.Started(Now));
            while (true)
            {
                await SettleAsync();
                if (await CommitAsync())
                {
                    return;
                }

                if (unsettled)
                {
                    continue;
                }

                StartEffects();
                await WaitAsync();
                if (lost)
                {
                    house.Logger.Fenced(Id, claimed.Epoch);
                    return;
                }
            }
        }
        finally
        {
            await effects.FarewellAsync();
        }
    }

    /// <summary>Commits what changed. True when the burst is over: released, fenced, or finished.</summary>
    private async Task<bool> CommitAsync()
    {
        var transition = interpreter.TakeTransition();
        foreach (var cancelled in transition.CancelledExecutions)
        {
            effects.Cancel(cancelled);
        }

        var release = !unsettled && effects.Count == 0 && (stopping || !interpreter.MayAdvance || !interpreter.ReadyEffects.Any());
        if (!release && !transition.Changed && !inbox.HasConsumed)
        {
            return false;
        }

        var bytes = (ReadOnlyMemory<byte>)StateSerializer.Write(interpreter.State);
        if (bytes.Length > house.Options.Limits.MaxStateBytes && committed.Length <= house.Options.Limits.MaxStateBytes)
        {
            (transition, bytes) = GiveUpTransition(bytes.Length);
            release = effects.Count == 0;
        }

        if (release && interpreter.IsFaulted)
        {
            bytes = ComeToRest(transition);
        }

        var commit = Commit(transition, bytes, release);
        var outcome = await house.Commits.CommitAsync(commit);
        if (outcome == CommitOutcome.Fenced)
        {
            house.Logger.Fenced(Id, claimed.Epoch);
            return true;
        }

        (committed, committedGraph) = (bytes, interpreter.Graph);
        inbox.Forget(commit.ConsumedInbox);
        house.Committed(commit);
        return release;
    }

    /// <summary>A faulted instance is finished for the store: it waits for nothing, and its parent is told.</summary>
    private ReadOnlyMemory<byte> ComeToRest(Transition transition)
    {
        if (interpreter.IsHalted)
        {
            interpreter.ParkBookmarks();
            transition.RemovedBookmarks.AddRange(transition.AddedBookmarks.Select(b => b.Id));
            transition.AddedBookmarks.Clear();
        }

        interpreter.TellFault();
        var more = interpreter.TakeTransition();
        transition.RemovedBookmarks.AddRange(more.RemovedBookmarks);
        transition.Outbox.AddRange(more.Outbox);
        return StateSerializer.Write(interpreter.State);
    }

    /// <summary>The snapshot outgrew its limit: back to the last committed one, with an incident where the growth came from.</summary>
    private (Transition Transition, ReadOnlyMemory<byte> Bytes) GiveUpTransition(int size)
    {
        interpreter = new Interpreter(committedGraph, StateSerializer.Read(committed), house.Options.Limits, house.Options.Journal);
        var reason = $"The state would be {size} bytes, more than {house.Options.Limits.MaxStateBytes} (MaxStateBytes): keep large values outside and pass references.";
        CarryAgain(inbox.GiveBack(), reason);
        if (interpreter.State is { IsFinal: false, Ending: null })
        {
            interpreter.Apply(new InstanceEvent.FaultRequested(Now, lastEnded, "StateTooLarge", reason));
        }

        var transition = interpreter.TakeTransition();
        transition.CancelledExecutions.ForEach(effects.Cancel);
        return (transition, StateSerializer.Write(interpreter.State));
    }

    private InstanceCommit Commit(Transition transition, ReadOnlyMemory<byte> bytes, bool release)
    {
        var state = interpreter.State;
        var consumed = inbox.TakeConsumed();
        return new InstanceCommit
        {
            InstanceId = Id,
            Epoch = claimed.Epoch,
            State = bytes,
            Status = Status(release),
            At = Now,
            Name = state.Name,
            CorrelationId = state.CorrelationId,
            IncidentCount = state.Incidents?.Count ?? 0,
            Migrated = ReferenceEquals(interpreter.Graph, claimedGraph) ? null : new MigratedVersion(state.VersionId, state.Version),
            DueAt = DueAt(release),
            Release = release,
            KeepClaims = !release && IsOnProbation(),
            AddedBookmarks = transition.AddedBookmarks,
            RemovedBookmarks = transition.RemovedBookmarks,
            Journal = transition.Journal,
            JournalTrim = transition.JournalTrim,
            Outbox = transition.Outbox,
            ConsumedInbox = consumed,
            SeenInbox = inbox.Seen,
        };
    }

    private InstanceStatus Status(bool release) => interpreter.State.Phase switch
    {
        StatePhase.Finished => InstanceStatus.Finished,
        StatePhase.Cancelled => InstanceStatus.Cancelled,
        _ when !release => InstanceStatus.Executing,
        _ when interpreter.IsFaulted => InstanceStatus.Faulted,
        _ when interpreter.State.Paused => InstanceStatus.Paused,
        _ => interpreter.IsCompensating || interpreter.ReadyEffects.Any() ? InstanceStatus.Executing : InstanceStatus.Suspended,
    };

    /// <summary>Effects that ran when this instance was last lost run again: until they have ended, nothing proves that they are not what brings nodes down.</summary>
    private bool IsOnProbation()
    {
        resumed.RemoveWhere(id => interpreter.Tree.Find(id) is not { Phase: ExecutionPhase.Ready });
        return resumed.Count > 0;
    }

    /// <summary>While held, an instance is due at once: should this node die, whoever looks finds it when the lease has ended.</summary>
    private DateTimeOffset? DueAt(bool release) =>
        !release ? Now
        : !interpreter.MayAdvance ? null
        : interpreter.ReadyEffects.Any() ? Now : interpreter.NextDue;

    private void StartEffects()
    {
        if (stopping || !interpreter.MayAdvance)
        {
            return;
        }

        foreach (var execution in interpreter.ReadyEffects)
        {
            if (!effects.HasRoom)
            {
                return;
            }

            if (!effects.IsRunning(execution.Id))
            {
                effects.Start(interpreter, execution);
            }
        }
    }

    private async Task WaitAsync()
    {
        if (effects.Count == 0)
        {
            return;
        }

        await using (var timer = interpreter.NextDue is { } due ? StartTimer(due) : null)
        {
            await signals.Reader.WaitToReadAsync();
        }

        var nudged = false;
        while (signals.Reader.TryRead(out var signal))
        {
            Take(signal.Kind, signal.End);
            nudged |= signal.Kind == SignalKind.Nudge;
        }

        if (nudged && !lost && takeNudge())
        {
            inbox.Add(await house.Store.ReadInboxAsync(Id, CancellationToken.None));
        }
    }

    private ITimer StartTimer(DateTimeOffset due)
    {
        var wait = due - Now;
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestTimer ? wait : LongestTimer;
        return house.Time.CreateTimer(_ => signals.Writer.TryWrite((SignalKind.Time, null)), null, wait, Timeout.InfiniteTimeSpan);
    }

    private void Take(SignalKind kind, EffectEnd? end)
    {
        stopping |= kind == SignalKind.Stop;
        lost |= kind == SignalKind.Lose;
        if (aborting)
        {
            effects.CancelAll();
        }

        if (end is not null && effects.Remove(end) && end.Result is not null)
        {
            lastEnded = end.ExecutionId;
            if (end.Result is ActivityResult.Failed failed)
            {
                // Without the exception itself: what it says may hold a secret of this instance.
                house.Logger.EffectFailed(Id, end.ExecutionId, end.Attempt, interpreter.Mask(end.Error?.ToString() ?? failed.Message));
            }

            interpreter.Apply(new InstanceEvent.EffectEnded(Now, end.ExecutionId, end.Result, end.Notes, end.Backoff));
        }
    }
}
