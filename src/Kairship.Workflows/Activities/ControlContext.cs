using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Activities;

/// <summary>What a control activity sees of the interpreter. All calls change the snapshot only; nothing outside happens before the commit.</summary>
public abstract class ControlContext
{
    public abstract ActivityNode Node { get; }
    public abstract string ExecutionId { get; }

    /// <summary>This execution's private state, kept in the snapshot.</summary>
    public abstract JsonObject State { get; }

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

    public abstract void SetOutput(string name, JsonNode? value);

    /// <summary>Sets a variable by id or name in the nearest scope that has it. False when there is none.</summary>
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
}
