using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Execution;

/// <content>What operators do to an instance: pause, resume, cancel, retry, skip, set a variable.</content>
internal sealed partial class Interpreter
{
    // A halted instance that was released has no bookmarks in the store. Adding one that is there already changes nothing.
    private bool parked;

    /// <summary>Why a command cannot be applied to this state; null when it can. Changes nothing.</summary>
    public string? Objection(InstanceCommand command) => State.IsFinal ? $"The instance is {State.Phase}." : command switch
    {
        InstanceCommand.Retry retry => ObjectionTo(retry),
        InstanceCommand.Skip skip => ObjectionTo(skip),
        InstanceCommand.SetVariable set => FindVariable(set, out _, out _),
        _ => null,
    };

    /// <summary>Takes the bookmarks of a faulted instance out of the store; they come back when it goes on.</summary>
    public void ParkBookmarks()
    {
        parked = true;
        foreach (var bookmark in Tree.All.SelectMany(e => e.Bookmarks ?? []))
        {
            RemoveBookmark(bookmark);
        }
    }

    /// <summary>A line in the journal for a command that was not applied.</summary>
    public void Refuse(DateTimeOffset at, InstanceCommand command, string reason)
    {
        now = at;
        Journal(null, "CommandRefused", $"{command.GetType().Name}: {reason}");
    }

    private void UnparkBookmarks()
    {
        if (!parked || IsHalted)
        {
            return;
        }

        parked = false;
        foreach (var execution in Tree.All.Where(e => e.Bookmarks is not null))
        {
            var records = execution.Bookmarks!.Select(b => Record(execution, b)).ToList();
            Outgoing.AddedBookmarks.RemoveAll(records.Contains);
            Outgoing.AddedBookmarks.AddRange(records);
        }
    }

    private bool Carry(InstanceCommand command)
    {
        if (Objection(command) is { } reason)
        {
            Refuse(now, command, reason);
            return true;
        }

        return command switch
        {
            InstanceCommand.Pause => Pause(true),
            InstanceCommand.Resume => Pause(false),
            InstanceCommand.Cancel cancel => Cancel(cancel),
            InstanceCommand.Retry retry => Retry(retry),
            InstanceCommand.Skip skip => Skip(skip),
            InstanceCommand.SetVariable set => SetVariable(set),
            _ => throw new InvalidOperationException($"{command.GetType().Name} is not the interpreter's."),
        };
    }

    private bool Cancel(InstanceCommand.Cancel cancel)
    {
        CancelAll(cancel);
        return true;
    }

    private bool Pause(bool paused)
    {
        if (State.Paused == paused)
        {
            return false;
        }

        State.Paused = paused;
        Journal(null, paused ? "Paused" : "Unpaused", null);
        return true;
    }

    private string? ObjectionTo(InstanceCommand.Retry retry) =>
        retry.Target is null && State.Incidents is not { Count: > 0 } ? "Nothing has faulted."
        : retry.Target is { } target && !Faulted(target).Any() ? $"'{target}' has not faulted. {DescribeFaulted()}"
        : null;

    private string DescribeFaulted()
    {
        var faulted = Tree.All.Where(e => e.Phase == ExecutionPhase.Faulted).Select(e => $"'{e.Id}'").Take(10).ToArray();
        return faulted.Length == 0 ? "Nothing has." : $"Faulted: {string.Join(", ", faulted)}.";
    }

    private IEnumerable<ExecutionState> Faulted(string? target) =>
        Tree.All.Where(e => e.Phase == ExecutionPhase.Faulted && (target is null || IsNamed(e, target)));

    private bool IsNamed(ExecutionState execution, string name) =>
        execution.Id == name || execution.ActivityId == name || string.Equals(graph.ById[execution.ActivityId].Name, name, StringComparison.OrdinalIgnoreCase);

    private bool Retry(InstanceCommand.Retry retry)
    {
        var again = Faulted(retry.Target).ToList();
        ForgetIncidents(i => retry.Target is null || again.Exists(e => e.Id == i.ExecutionId));
        foreach (var execution in again)
        {
            Journal(execution, "Retried", null);
            var redo = execution.Redo ?? [];
            execution.Redo = null;
            execution.Failures = 0;
            execution.Deadline = DeadlineOf(graph.ById[execution.ActivityId]);
            execution.Phase = redo.Count == 0 ? ExecutionPhase.Ready : ExecutionPhase.Running;
            redo.ForEach(step => queue.Enqueue((execution, step)));
        }

        return true;
    }

    private void ForgetIncidents(Predicate<IncidentState> which)
    {
        State.Incidents?.RemoveAll(which);
        State.Incidents = State.Incidents is { Count: 0 } ? null : State.Incidents;
    }

    private string? ObjectionTo(InstanceCommand.Skip skip)
    {
        var found = Tree.All.Where(e => e.Phase != ExecutionPhase.Completed && IsNamed(e, skip.Target)).Take(2).ToList();
        if (found is not [var execution])
        {
            return found.Count == 0
                ? $"Nothing that runs is called '{skip.Target}'."
                : $"'{skip.Target}' runs more than once: say which execution, such as '{found[0].Id}'.";
        }

        var outcomes = graph.ById[execution.ActivityId].Outcomes;
        var wrong = outcomes is null ? null : (skip.Outcomes ?? ["Done"]).Find(o => !outcomes.Contains(o));
        return wrong is null ? null : $"'{execution.ActivityId}' has no outcome '{wrong}'. It has: {string.Join(", ", outcomes!)}.";
    }

    private bool Skip(InstanceCommand.Skip skip)
    {
        var execution = Tree.All.Single(e => e.Phase != ExecutionPhase.Completed && IsNamed(e, skip.Target));
        Outgoing.CancelledExecutions.Add(execution.Id);
        ForgetIncidents(i => i.ExecutionId == execution.Id);
        execution.Redo = null;
        Journal(execution, "Skipped", null);
        KeepWhatCompletedIn(execution);
        Complete(execution, skip.Outcomes ?? [], done: false);
        return true;
    }

    /// <summary>To skip is to take for done, not to cancel: what completed inside stays, and is compensated when what is around it is.</summary>
    private void KeepWhatCompletedIn(ExecutionState execution)
    {
        foreach (var scope in State.Compensations is null ? [] : IdsIn(execution))
        {
            Rehome(scope, execution.Parent);
        }

        if (execution.Phase == ExecutionPhase.Compensating)
        {
            State.Rollbacks!.Where(r => r.Scope == execution.Id).ToList().ForEach(r => r.Scope = null);
        }
    }

    private bool SetVariable(InstanceCommand.SetVariable set)
    {
        FindVariable(set, out var scope, out var value);
        scope!.TrySetVariable(set.Variable, value);

        // The inputs of a faulted effect were evaluated before: the retry must see the new value.
        foreach (var execution in Tree.All.Where(e => e is { Phase: ExecutionPhase.Faulted, Redo: null } && graph.ById[e.ActivityId].Activity is EffectActivity))
        {
            execution.Redo = [new PendingStep(StepKind.Evaluate)];
        }

        Journal(null, "VariableSet", set.Variable);
        return true;
    }

    /// <summary>The scope that has the variable and the value in its type; or what is wrong.</summary>
    private string? FindVariable(InstanceCommand.SetVariable set, out ExecutionScope? scope, out JsonNode? value)
    {
        (scope, value) = (null, null);
        if (set.ExecutionId is { } id)
        {
            scope = Tree.Find(id) is { } at ? Scope(at) : null;
            if (scope is null)
            {
                return $"There is no execution '{id}'.";
            }
        }
        else
        {
            scope = Scope(null);
            if (scope.FindVariable(set.Variable) is null)
            {
                var holders = Tree.All.Where(e => e.Variables is not null && Scope(e).FindVariable(set.Variable) is { } found && ReferenceEquals(found.Values, e.Variables)).ToList();
                if (holders.Count > 1)
                {
                    return $"{holders.Count} executions have a variable '{set.Variable}': say which, such as '{holders[0].Id}'.";
                }

                scope = holders is [var only] ? Scope(only) : scope;
            }
        }

        if (scope.FindVariable(set.Variable) is not { } variable)
        {
            return $"There is no variable '{set.Variable}'. There are: {string.Join(", ", scope.VariableNames.Take(20))}.";
        }

        try
        {
            var type = variable.Declared is { } declared ? TypeAlias.Of(declared.TypeName, declared.IsArray) : "Object";
            value = TypedValue.Convert(set.Value, type)?.DeepClone();
            return TooMuch(set.Variable, value, variable.Values[variable.Key]);
        }
        catch (ExpressionException e)
        {
            return $"Variable '{set.Variable}': {(knowledge.IsSensitive(set.Variable) ? "the value does not have its type." : e.Message)}";
        }
    }
}
