using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

/// <content>
/// Compensation. What completes and names one is remembered, with the execution that it completed in as its scope; when that completes, it belongs to the next one outwards. A scope
/// that is cancelled, times out or is undone hands what is remembered to a rollback: its compensations run one after the other, as executions of their own without a parent.
/// </content>
internal sealed partial class Interpreter
{
    private const string CompensatedInput = "CompensatedInput";
    private const string CompensatedOutput = "CompensatedOutput";

    private bool IsInRollback(ExecutionState execution)
    {
        if (State.Rollbacks is null)
        {
            return false;
        }

        var top = execution;
        while (Tree.ParentOf(top) is { } parent)
        {
            top = parent;
        }

        return top.Rollback is not null;
    }

    /// <summary>Called when an execution completes. <paramref name="done"/> false: it left without having done its work.</summary>
    private void Remember(ExecutionState execution, bool done)
    {
        var compensation = done ? graph.ById[execution.ActivityId].Policy.Compensation : null;
        if (State.Compensations is not null)
        {
            if (compensation is null)
            {
                Rehome(execution.Id, execution.Parent);
            }
            else
            {
                // It is undone as a whole, not piece by piece.
                State.Compensations.RemoveAll(c => c.Scope == execution.Id);
            }
        }

        if (compensation is not null && !IsInRollback(execution))
        {
            (State.Compensations ??= []).Add(new CompensationState(execution.ActivityId, execution.Id, execution.Parent, VisibleTo(execution)));
        }
    }

    /// <summary>The variables around an execution (not those of the workflow, which are there anyway), its inputs and its outputs.</summary>
    private Dictionary<string, JsonNode?> VisibleTo(ExecutionState execution)
    {
        var visible = new Dictionary<string, JsonNode?>
        {
            [CompensatedInput] = execution.Inputs?.DeepClone(),
            [CompensatedOutput] = State.ActivityOutputs?.GetValueOrDefault(execution.ActivityId)?.DeepClone(),
        };
        for (var at = execution; at is not null; at = Tree.ParentOf(at))
        {
            var declared = graph.ById[at.ActivityId].Variables;
            foreach (var (key, value) in at.Variables ?? [])
            {
                visible.TryAdd(declared.FirstOrDefault(d => d.Id == key)?.Name ?? key, value?.DeepClone());
            }
        }

        return visible;
    }

    private void Rehome(string scope, string? to)
    {
        for (var i = 0; i < (State.Compensations?.Count ?? 0); i++)
        {
            if (State.Compensations![i].Scope == scope)
            {
                State.Compensations[i] = State.Compensations[i] with { Scope = to };
            }
        }
    }

    /// <summary>The containers between an execution and the one that it ends have done what they were for: a Break or a Finish is no cancellation of them.</summary>
    private void RehomeBetween(ExecutionState execution, ExecutionState? to)
    {
        if (State.Compensations is null)
        {
            return;
        }

        for (var at = Tree.ParentOf(execution); at is not null && !ReferenceEquals(at, to); at = Tree.ParentOf(at))
        {
            Rehome(at.Id, to?.Id);
        }
    }

    /// <summary>What completed inside an execution and is not yet undone, in the order of completion; it is no longer remembered.</summary>
    private List<CompensationState> TakeCompensations(ExecutionState top) => TakeCompensations(State.Compensations is null ? [] : IdsIn(top));

    private List<CompensationState> TakeCompensations(HashSet<string> scopes)
    {
        var taken = State.Compensations?.Where(c => c.Scope is not null && scopes.Contains(c.Scope)).ToList() ?? [];
        if (taken.Count > 0)
        {
            State.Compensations!.RemoveAll(taken.Contains);
            State.Compensations = State.Compensations.Count == 0 ? null : State.Compensations;
        }

        return taken;
    }

    private HashSet<string> IdsIn(ExecutionState top)
    {
        var ids = new HashSet<string>();
        var open = new Stack<ExecutionState>([top]);
        while (open.TryPop(out var execution))
        {
            ids.Add(execution.Id);
            foreach (var child in Tree.ChildrenOf(execution))
            {
                open.Push(child);
            }
        }

        return ids;
    }

    private void StartRollback(List<CompensationState> records, ExecutionState? scope, ScopeEndState? end)
    {
        var rollback = new RollbackState { Number = ++State.NextBookmark, Left = records, Scope = scope?.Id, End = end };
        (State.Rollbacks ??= []).Add(rollback);
        Journal(scope, "Compensating", $"{string.Join(", ", Enumerable.Reverse(records).Take(10).Select(r => r.ExecutionId))}{(records.Count > 10 ? ", ..." : "")}");
        Compensate(rollback);
    }

    /// <summary>Runs the next compensation, or ends the rollback.</summary>
    private void Compensate(RollbackState rollback)
    {
        while (rollback.Left is [.., var next])
        {
            rollback.Left.RemoveAt(rollback.Left.Count - 1);
            if (graph.ById.GetValueOrDefault(next.ActivityId)?.Policy.Compensation is { } id && graph.ById.GetValueOrDefault(id) is { } compensation)
            {
                ScheduleStep(rollback, compensation, next);
                return;
            }

            Journal(null, "NotCompensated", $"{next.ExecutionId}: this version of the definition has no compensation for it.");
        }

        State.Rollbacks!.Remove(rollback);
        State.Rollbacks = State.Rollbacks.Count == 0 ? null : State.Rollbacks;
        var scope = rollback.Scope is { } scopeId ? Tree.Find(scopeId) : null;
        Journal(scope, "Compensated", null);
        if (scope is not null)
        {
            EndScope(scope, rollback.End!);
        }

        EndWhenUndone();
    }

    /// <summary>Limits do not keep an instance from undoing what it did.</summary>
    private void ScheduleStep(RollbackState rollback, ActivityNode compensation, CompensationState undone)
    {
        var execution = Tree.Add(compensation.Id, null, undone.ExecutionId);
        (execution.Rollback, execution.Variables, execution.Deadline) = (rollback.Number, undone.Variables, DeadlineOf(compensation));
        foreach (var variable in compensation.Variables)
        {
            execution.Variables[variable.Id] = variable.Default?.DeepClone();
        }

        queue.Enqueue((execution, PendingStep.ToStart));
    }

    private void EndWhenUndone()
    {
        if (State is { Ending: { } end, Rollbacks: null, IsFinal: false })
        {
            End(end);
        }
    }

    private void CancelAll(InstanceCommand.Cancel cancel)
    {
        if (State.Ending is not null)
        {
            if (!cancel.Cascades)
            {
                Journal(null, "CancelForced", "compensation is given up");
                State.Rollbacks = null;
                CancelWhere(_ => true);
                End(StatePhase.Cancelled);
            }

            return;
        }

        var records = State.Compensations ?? [];
        State.Compensations = null;
        State.Paused = false;
        State.Incidents?.RemoveAll(i => i.ExecutionId is null);
        CancelWhere(e => e.Rollback is null);
        Send(OutboxPayload.CancelChildren, new OutboxPayload(null, null, State.Id), always: true);
        State.Ending = StatePhase.Cancelled;
        if (records.Count > 0)
        {
            StartRollback(records, null, null);
        }

        EndWhenUndone();
    }

    private void CancelWhere(Func<ExecutionState, bool> which)
    {
        foreach (var top in Tree.All.Where(e => e.Parent is null && which(e)).ToList())
        {
            CancelExecution(top);
        }
    }

    private void Finish(ExecutionState? by, IReadOnlyList<string>? outcomes)
    {
        if (by is not null && IsInRollback(by))
        {
            var top = by;
            while (Tree.ParentOf(top) is { } parent)
            {
                top = parent;
            }

            Complete(top, []);
            return;
        }

        if (by is not null)
        {
            RehomeBetween(by, null);
        }

        CancelWhere(e => e.Rollback is null);
        State.Outcomes = outcomes is null ? null : [.. outcomes];
        State.Ending = StatePhase.Finished;
        EndWhenUndone();
    }

    private void End(StatePhase phase)
    {
        State.Phase = phase;
        (State.Ending, State.Incidents, State.Compensations, State.Rollbacks) = (null, null, null, null);
        if (phase == StatePhase.Finished)
        {
            JournalWorkflow("WorkflowFinished", "outputs", State.Output, journalOptions.Outputs);
        }
        else
        {
            Journal(null, "WorkflowCancelled", null);
        }

        TellParent(phase.ToString());
    }
}
