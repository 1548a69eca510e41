using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Execution;

/// <content>How executions end or wait: completion, cancellation, fault, bookmarks.</content>
internal sealed partial class Interpreter
{
    /// <summary>What nearly all leave by. Never changed.</summary>
    private static readonly List<string> DoneOnly = ["Done"];

    private bool EndEffect(InstanceEvent.EffectEnded ended)
    {
        if (Tree.Find(ended.ExecutionId) is not { Phase: ExecutionPhase.Ready } execution)
        {
            return false;
        }

        foreach (var (message, data) in ended.Notes)
        {
            Journal(execution, "Note", message, data);
        }

        State.Hops = 0;
        try
        {
            Take(execution, ended);
        }
        catch (LimitException e)
        {
            Fault(execution, e.Type, e.Message, null);
        }

        return true;
    }

    private void Take(ExecutionState execution, InstanceEvent.EffectEnded ended)
    {
        switch (ended.Result)
        {
            case ActivityResult.Completed completed:
                foreach (var (name, value) in completed.Outputs ?? [])
                {
                    SetOutput(execution, name, value);
                }

                CompleteEffect(execution, completed);
                break;
            case ActivityResult.Waiting waiting:
                Grow(waiting.State);
                execution.State = (JsonObject?)waiting.State?.DeepClone();
                execution.ResumedBy = null;
                execution.Failures = 0;
                Wait(execution, waiting.Stimuli, waiting.Delay);
                break;
            case ActivityResult.Failed failed:
                EndFailed(execution, failed, ended.Backoff);
                break;
        }
    }

    /// <summary>An effect leaves, or first runs what is embedded in the port that it names: from then on it is a parent like a control activity.</summary>
    private void CompleteEffect(ExecutionState execution, ActivityResult.Completed completed)
    {
        var inside = completed.EmbeddedPort is { } port ? graph.ById[execution.ActivityId].Child(port) : [];
        if (inside.Count == 0)
        {
            Complete(execution, [completed.Outcome, .. completed.AlsoOutcomes]);
            return;
        }

        execution.Phase = ExecutionPhase.Running;
        (execution.State, execution.ResumedBy) = (null, null);
        foreach (var child in inside)
        {
            Schedule(child, execution, null, null);
        }
    }

    private void EndFailed(ExecutionState execution, ActivityResult.Failed failed, TimeSpan? backoff)
    {
        execution.Failures++;
        if (failed.Retryable && backoff is { } wait)
        {
            var delay = failed.RetryAfter ?? wait;
            execution.Phase = ExecutionPhase.BackingOff;
            execution.Due = SaturatingAdd(now, delay);
            Journal(execution, "Retrying", $"{failed.Type}: {failed.Message}", new JsonObject { ["attempt"] = execution.Failures, ["after"] = delay.ToString("c") });
        }
        else
        {
            Fault(execution, failed.Type, failed.Message, null);
        }
    }

    private void Complete(ExecutionState execution, IReadOnlyList<string> outcomes, bool done = true)
    {
        var ports = outcomes.Count == 0 ? DoneOnly : [.. outcomes];
        CancelChildren(execution);
        CancelAwaitedInstances(execution);
        RemoveBookmarks(execution);
        JournalCompleted(execution, ports);
        if (Tree.ParentOf(execution) is not { } parent)
        {
            Tree.Remove(execution);
            if (execution.Rollback is { } number)
            {
                Compensate(State.Rollbacks!.Single(r => r.Number == number));
            }
            else
            {
                Finish(null, null);
            }

            return;
        }

        Remember(execution, done);
        execution.Phase = ExecutionPhase.Completed;
        (execution.State, execution.Inputs, execution.Variables, execution.Due, execution.ResumedBy) = (null, null, null, null, null);
        queue.Enqueue((parent, new PendingStep(StepKind.ChildCompleted, execution.Id, ports)));
    }

    private void TellParent(string status, string? problem = null)
    {
        if (State is { ParentInstanceId: { } parent, ParentDoesNotWait: false })
        {
            var told = new Stimulus(WorkflowEnd.Of(State.ParentKey ?? State.Id), WorkflowEnd.Payload(State, status, problem));
            Send(OutboxPayload.Signal, new OutboxPayload(Messages.State(told), null, parent), always: true);
        }
    }

    private void CancelChildren(ExecutionState execution)
    {
        if (Tree.ChildrenOf(execution).Count == 0)
        {
            return;
        }

        foreach (var child in Tree.ChildrenOf(execution).ToList())
        {
            CancelExecution(child);
        }
    }

    /// <summary>Takes an execution out with all inside it. What completed in there is compensated.</summary>
    private void CancelExecution(ExecutionState top)
    {
        var records = TakeCompensations(top);
        var open = new Stack<ExecutionState>([top]);
        while (open.TryPop(out var execution))
        {
            foreach (var child in Tree.ChildrenOf(execution))
            {
                open.Push(child);
            }

            CancelAwaitedInstances(execution);
            RemoveBookmarks(execution);
            Tree.Remove(execution);
            Outgoing.CancelledExecutions.Add(execution.Id);
            ForgetIncidents(i => i.ExecutionId == execution.Id);
            if (execution.Phase != ExecutionPhase.Completed)
            {
                Journal(execution, "Cancelled", null);
            }
        }

        if (records.Count > 0)
        {
            StartRollback(records, null, null);
        }
    }

    /// <summary>Nobody waits for these instances any more.</summary>
    private void CancelAwaitedInstances(ExecutionState execution)
    {
        foreach (var awaited in execution.Bookmarks?.Where(b => b.Name == WorkflowEnd.StimulusName) ?? [])
        {
            Send(OutboxPayload.Cancel, new OutboxPayload(null, null, awaited.Key), always: true);
        }
    }

    private void Wait(ExecutionState execution, IReadOnlyList<StimulusKey> stimuli, TimeSpan? delay)
    {
        if (stimuli.Count == 0 && delay is null)
        {
            Fault(execution, "InvalidWait", "A wait needs a stimulus or a delay.", null);
            return;
        }

        RemoveBookmarks(execution);
        CheckBookmarks(stimuli);
        execution.Phase = ExecutionPhase.Waiting;
        execution.Due = delay is { } d ? SaturatingAdd(now, d) : null;
        foreach (var key in stimuli)
        {
            var bookmark = new BookmarkState(++State.NextBookmark, key.Name, key.Key);
            (execution.Bookmarks ??= []).Add(bookmark);
            Outgoing.AddedBookmarks.Add(Record(execution, bookmark));
        }

        JournalSuspended(execution);
    }

    private static DateTimeOffset SaturatingAdd(DateTimeOffset at, TimeSpan delay) =>
        delay > DateTimeOffset.MaxValue - at ? DateTimeOffset.MaxValue : at + (delay < TimeSpan.Zero ? TimeSpan.Zero : delay);

    private BookmarkRecord Record(ExecutionState execution, BookmarkState bookmark) => new(
        BookmarkId(bookmark), State.Id, execution.ActivityId, bookmark.Name, StimulusHash.Of(new StimulusKey(bookmark.Name, bookmark.Key)), State.CorrelationId);

    private string BookmarkId(BookmarkState bookmark) => $"{State.Id}/b{bookmark.Number}";

    private void RemoveBookmarks(ExecutionState execution)
    {
        Removed(execution.Bookmarks);
        execution.Bookmarks?.ForEach(RemoveBookmark);
        execution.Bookmarks = null;
    }

    private void RemoveBookmark(BookmarkState bookmark)
    {
        var id = BookmarkId(bookmark);
        if (Outgoing.AddedBookmarks.RemoveAll(b => b.Id == id) == 0)
        {
            Outgoing.RemovedBookmarks.Add(id);
        }
    }

    private void SetOutput(ExecutionState execution, string name, JsonNode? value)
    {
        var node = graph.ById[execution.ActivityId];
        Grow(value);
        LearnOutput(node, name, value);
        givenOutputs.Add((execution, KeyValuePair.Create(name, value)));
        if (node.Outputs.TryGetValue(name, out var variable))
        {
            Scope(execution).TrySetVariable(variable, value);
        }

        var outputs = State.ActivityOutputs ??= [];
        if (!outputs.TryGetValue(node.Id, out var given))
        {
            outputs[node.Id] = given = [];
        }

        given[name] = value?.DeepClone();
        if (name == "Result")
        {
            State.LastResult = value?.DeepClone();
        }
    }

    /// <param name="always">Whatever the limits: a parent must hear of the end of its child.</param>
    private void Send(string kind, OutboxPayload payload, bool always = false)
    {
        if (!always && payload.Stimulus is { } stimulus)
        {
            CheckHops(stimulus);
        }

        Send(kind, payload.Write(), always);
    }

    private void Send(string kind, byte[] payload, bool always = false)
    {
        if (!always)
        {
            CheckMessage(payload.Length);
        }

        Outgoing.Outbox.Add(new OutboxMessage($"{State.Id}/m{++State.NextBookmark}", State.Id, kind, payload));
    }
}
