using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities;

/// <summary>What a control activity sees of the interpreter. All calls change the snapshot only; nothing outside happens before the commit.</summary>
public abstract class ControlContext
{
    public abstract ActivityNode Node { get; }
    public abstract string ExecutionId { get; }

    /// <summary>This execution's private state, kept in the snapshot.</summary>
    public abstract JsonObject State { get; }

    /// <summary>Whether there is anything in <see cref="State"/>; looking makes it.</summary>
    public abstract bool HasState { get; }

    /// <summary>Evaluated inputs by descriptor name.</summary>
    public abstract JsonObject Inputs { get; }

    public abstract DateTimeOffset Now { get; }

    /// <summary>How many scheduled children have not completed yet.</summary>
    public abstract int ActiveChildren { get; }

    /// <summary>Starts a child. <paramref name="variables"/> live in a scope of that child alone (ForEach's CurrentValue). <paramref name="tag"/> comes back in the completion.</summary>
    public abstract string Schedule(ActivityNode child, string? tag = null, IReadOnlyDictionary<string, JsonNode?>? variables = null);

    /// <summary>Evaluates an input again, now (a While's condition).</summary>
    public abstract JsonNode? EvaluateInput(string name);

    /// <summary>Waits for any of the stimuli or the delay, whichever is first; <see cref="ControlActivity.Resumed"/> is called then.</summary>
    public abstract void Wait(IReadOnlyList<StimulusKey> stimuli, TimeSpan? delay);

    /// <summary>Cancels all running children with what they scheduled; their waits are removed.</summary>
    public abstract void CancelChildren();

    /// <summary>Completes this activity. No outcome means "Done".</summary>
    public abstract void Complete(params IReadOnlyList<string> outcomes);

    public abstract void Fault(string type, string message);

    /// <summary>As <see cref="Fault"/>, but a retry calls <see cref="ControlActivity.Execute"/> again and not what faulted: its <see cref="State"/> is as before this call.</summary>
    public abstract void FaultAndRestart(string type, string message);

    /// <summary>What an instance may use up.</summary>
    public abstract ExecutionLimits Limits { get; }

    /// <summary>Starts another instance, once, when this transition commits. This instance is told with the stimulus <see cref="WorkflowEnd"/>: when the child ends or faults where it
    /// waits for it, else when it has started; and in any case when it cannot be started.</summary>
    public abstract void StartChild(ChildStart child);

    public abstract void SetOutput(string name, JsonNode? value);

    /// <summary>Sets a variable by id or name in the nearest scope that has it, in the type that it is declared with. False when there is none.</summary>
    /// <exception cref="ActivityInputException">The value does not convert to that type.</exception>
    public abstract bool SetVariable(string idOrName, JsonNode? value);

    /// <summary>Sets an output of the workflow.</summary>
    public abstract void SetWorkflowOutput(string name, JsonNode? value);

    /// <summary>Publishes a stimulus to other instances when this transition commits.</summary>
    public abstract void Publish(Stimulus stimulus, string? correlationId);

    /// <summary>Breaks the innermost enclosing loop: its children are cancelled and it completes.</summary>
    public abstract void BreakLoop();

    /// <summary>Ends the whole workflow now; everything else that runs is cancelled.</summary>
    public abstract void FinishWorkflow();

    public abstract void Note(string message, JsonObject? data = null);

    /// <summary>Children that were scheduled and whose completion has not been delivered here yet, in the order of scheduling.</summary>
    public abstract IReadOnlyList<RunningChild> RunningChildren { get; }

    /// <summary>Cancels one child with what it scheduled. Nothing happens when it is gone already.</summary>
    public abstract void CancelChild(string executionId);

    /// <summary>What an expression evaluated here sees.</summary>
    public abstract IExpressionScope Scope { get; }

    /// <summary>Set when the stimulus that started the workflow was this activity's: it need not wait for it again.</summary>
    public abstract Stimulus? TriggeredBy { get; }

    /// <summary>The activity that started the workflow, or null when it was started plainly.</summary>
    public abstract string? TriggerActivityId { get; }

    /// <summary>Ends the whole workflow with these outcomes.</summary>
    public abstract void FinishWorkflow(IReadOnlyList<string> outcomes);

    /// <summary>Sends a stimulus to this instance itself when this transition commits.</summary>
    public abstract void SignalSelf(Stimulus stimulus);

    /// <summary>Notes that an HTTP request reached this instance and waits for a response.</summary>
    public abstract void BeginRequest(string requestId);

    /// <summary>Keeps the response of the last request that has none. Its id, or null when no request waits.</summary>
    public abstract string? AnswerRequest(JsonObject response);

    public abstract void SetInstanceName(string? name);

    public abstract void SetCorrelationId(string? correlationId);
}

/// <summary>A child that runs.</summary>
public readonly record struct RunningChild(string ExecutionId, ActivityNode Node);
