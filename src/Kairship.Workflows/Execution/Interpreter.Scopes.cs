using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

/// <content>Time limits and incident strategies: how executions end that did not complete.</content>
internal sealed partial class Interpreter
{
    /// <summary>Something runs, waits or will be tried again, so that an incident elsewhere is not the end.</summary>
    private bool IsGoingOn => Tree.All.Any(e => e.Phase is ExecutionPhase.Ready or ExecutionPhase.Waiting or ExecutionPhase.BackingOff || HasDeadline(e));

    /// <summary>The instance is at rest because of what faulted: halted, or nothing else is left to go on.</summary>
    public bool IsFaulted => IsHalted || (State.Incidents is { Count: > 0 } && !IsGoingOn);

    public bool IsCompensating => State.Rollbacks is { Count: > 0 };

    private static bool HasDeadline(ExecutionState e) =>
        e.Deadline is not null && e.Phase is not (ExecutionPhase.Faulted or ExecutionPhase.Completed or ExecutionPhase.Compensating);

    private static DateTimeOffset? WakeAt(ExecutionState e)
    {
        var due = IsTimed(e) ? e.Due : null;
        var deadline = HasDeadline(e) ? e.Deadline : null;
        return due is null || deadline < due ? deadline : due;
    }

    private bool PassTime()
    {
        if (!MayAdvance)
        {
            return false;
        }

        var overdue = Tree.All.Where(e => HasDeadline(e) && e.Deadline <= now && !WakesFirst(e)).ToList();
        foreach (var execution in overdue)
        {
            // An outer one may have taken it along, or a fault may have stopped everything.
            if (MayAdvance && Tree.Contains(execution) && HasDeadline(execution))
            {
                Expire(execution);
            }
        }

        State.Hops = overdue.Count > 0 ? 0 : State.Hops;
        var dueNow = MayAdvance ? Tree.All.Where(e => IsTimed(e) && e.Due <= now).ToList() : [];
        State.Hops = dueNow.Count > 0 ? 0 : State.Hops;
        foreach (var execution in dueNow)
        {
            WakeUp(execution, null);
        }

        return overdue.Count + dueNow.Count > 0;
    }

    /// <summary>A wait that ended in time counts, even when nobody looked before its limit had passed, too.</summary>
    private bool WakesFirst(ExecutionState e) => IsTimed(e) && e.Due <= e.Deadline && graph.ById[e.ActivityId].Activity is ControlActivity;

    private void Expire(ExecutionState execution)
    {
        var limit = graph.ById[execution.ActivityId].Policy.Timeout;
        Journal(execution, "TimedOut", $"after {limit}");
        UndoScope(execution, new ScopeEndState(ScopeEndKind.TimedOut, "Timeout", $"'{execution.ActivityId}' was not done within {limit}."));
    }

    /// <summary>Ends what runs inside, compensates what completed inside, and then leaves by the port of this end or faults as a whole.</summary>
    private void UndoScope(ExecutionState execution, ScopeEndState end)
    {
        var records = TakeCompensations(execution);
        CancelChildren(execution);
        if (LeavesBy(execution, end) is not null)
        {
            CancelAwaitedInstances(execution);
        }

        RemoveBookmarks(execution);
        ForgetIncidents(i => i.ExecutionId == execution.Id);
        Outgoing.CancelledExecutions.Add(execution.Id);
        (execution.Due, execution.Deadline, execution.Redo) = (null, null, null);
        if (records.Count == 0)
        {
            EndScope(execution, end);
            return;
        }

        execution.Phase = ExecutionPhase.Compensating;
        StartRollback(records, execution, end);
    }

    /// <summary>The port of this end, when something is connected to it. Otherwise the execution faults, and what it waits for may still be awaited by its retry.</summary>
    private string? LeavesBy(ExecutionState execution, ScopeEndState end)
    {
        var port = end.Kind == ScopeEndKind.TimedOut ? ActivityPolicy.TimeoutPort : ActivityPolicy.CompensatedPort;
        return Tree.ParentOf(execution) is { } parent && graph.ById[parent.ActivityId].Flowchart?.Outgoing[execution.ActivityId].Any(c => c.SourcePort == port) == true ? port : null;
    }

    private void EndScope(ExecutionState execution, ScopeEndState end)
    {
        execution.Phase = ExecutionPhase.Running;
        if (LeavesBy(execution, end) is { } port)
        {
            Complete(execution, [port], done: false);
            return;
        }

        var isEffect = graph.ById[execution.ActivityId].Activity is EffectActivity && execution.Inputs is not null;
        if (!isEffect)
        {
            (execution.State, execution.Inputs) = (null, null);
        }

        // What it was undone for is not a reason to undo it once more: the strategy of what is around it counts.
        Fault(execution, end.Type, end.Message, isEffect ? null : [PendingStep.ToStart], Tree.ParentOf(execution));
    }

    private void Fault(ExecutionState execution, string type, string message, PendingStep? step, bool restarts = false) =>
        Fault(execution, type, message, RedoOf(step, restarts), execution);

    private static List<PendingStep>? RedoOf(PendingStep? step, bool restarts) => step switch
    {
        null => null,
        { Kind: StepKind.ChildCompleted } end when restarts => [PendingStep.ToStart, end],
        _ when restarts => [PendingStep.ToStart],
        { } once => [once],
    };

    /// <param name="from">Where the strategy is looked for, outwards; null: nobody around it says one.</param>
    private void Fault(ExecutionState execution, string type, string message, List<PendingStep>? redo, ExecutionState? from)
    {
        RemoveBookmarks(execution);
        execution.Phase = ExecutionPhase.Faulted;
        execution.Due = null;
        execution.Redo = redo;
        var (strategy, scope) = StrategyFrom(from);
        if (strategy != IncidentStrategy.Compensate || scope is null || IsInRollback(execution))
        {
            AddIncident(execution, type, message, strategy == IncidentStrategy.Continue);
            return;
        }

        var shown = Data.Message(message);
        JournalFault(execution, type, shown);
        UndoScope(scope, new ScopeEndState(ScopeEndKind.Faulted, type, shown));
    }

    private (IncidentStrategy Strategy, ExecutionState? Scope) StrategyFrom(ExecutionState? from)
    {
        ExecutionState? top = null;
        for (var at = from; at is not null; at = Tree.ParentOf(at))
        {
            if (graph.ById[at.ActivityId].Policy.Incidents is { } own)
            {
                return (own, at);
            }

            top = at;
        }

        return (graph.Incidents, top);
    }

    private void AddIncident(ExecutionState? execution, string type, string message, bool continues = false)
    {
        var shown = Data.Message(message);
        (State.Incidents ??= []).Add(new IncidentState(execution?.Id, type, shown, now, continues));
        JournalFault(execution, type, shown);
    }

    private void JournalFault(ExecutionState? execution, string type, string shown) =>
        Journal(execution, "Faulted", $"{type}: {shown}", new JsonObject { ["type"] = type, ["attempts"] = Math.Max(1, execution?.Failures ?? 1) });

    /// <summary>Tells the parent once that this instance has faulted; again when it has gone on and faulted once more.</summary>
    public void TellFault()
    {
        if (!State.FaultTold && State.Incidents is [var first, ..])
        {
            State.FaultTold = true;
            TellParent(WorkflowEnd.Faulted, $"{first.Type}: {first.Message}");
        }
    }
}
