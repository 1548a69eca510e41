using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities;

/// <summary>The behaviour of one activity type: a stateless singleton. Either a <see cref="ControlActivity"/> or an <see cref="EffectActivity"/>.</summary>
public abstract class Activity
{
    /// <summary>What the type is called, takes, gives and how a form for it is drawn. Read once at registration.</summary>
    public abstract ActivityDescriptor Descriptor { get; }
}

/// <summary>
/// Runs inside the interpreter: pure, synchronous, no I/O. Schedules children, waits on bookmarks, sets variables, completes with outcomes.
/// Its private state between calls is <see cref="ControlContext.State"/>, part of the instance's snapshot.
/// </summary>
public abstract class ControlActivity : Activity
{
    /// <summary>A Break inside ends the innermost activity that says true.</summary>
    public virtual bool IsLoop => false;

    /// <summary>Called once when the activity starts.</summary>
    public abstract void Execute(ControlContext context);

    /// <summary>Called when a child that this activity scheduled has completed.</summary>
    public virtual void ChildCompleted(ControlContext context, ChildCompletion child) =>
        throw new InvalidOperationException($"{Descriptor.TypeName} scheduled a child but does not handle its completion.");

    /// <summary>Called when a bookmark of this activity is resumed, by a stimulus or by its deadline (then <paramref name="stimulus"/> is null).</summary>
    public virtual void Resumed(ControlContext context, Stimulus? stimulus) => context.Complete();
}

/// <summary>
/// Does something outside the engine. The intent is committed before it runs and the result after; no transaction is open in between. It may run
/// more than once for one execution (a crash between), always with the same <see cref="EffectContext.IdempotencyKey"/>.
/// </summary>
public abstract class EffectActivity : Activity
{
    /// <summary>Does the work, or one step of it. An exception counts as a transient failure and is retried with back-off.</summary>
    public abstract ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken);
}

/// <summary>What an effect came to.</summary>
public abstract record ActivityResult
{
    private ActivityResult()
    {
    }

    /// <summary>Done, leaving by one outcome ("Done" when the type declares no others); outputs by name.</summary>
    public sealed record Completed(string Outcome, JsonObject? Outputs) : ActivityResult
    {
        /// <summary>Further outcomes that it leaves by.</summary>
        public IReadOnlyList<string> AlsoOutcomes { get; init; } = [];

        /// <summary>The port whose embedded activities run first, inside this one; nothing when there are none. It leaves when they have completed.</summary>
        public string? EmbeddedPort { get; init; }
    }

    /// <summary>
    /// Not done: run me again when one of the stimuli arrives or after the delay, whichever is first. No thread and no memory is held meanwhile.
    /// <see cref="State"/> is handed back as <see cref="EffectContext.State"/>. Stimuli that arrived earlier for this instance and were not
    /// consumed resume it at once. No stimuli and no delay is an error.
    /// </summary>
    public sealed record Waiting(IReadOnlyList<StimulusKey> Stimuli, TimeSpan? Delay, JsonObject? State) : ActivityResult;

    /// <summary>Failed. Retryable: again after <see cref="RetryAfter"/> (null: back-off of the engine) while attempts last; otherwise an incident that faults the instance.</summary>
    public sealed record Failed(string Type, string Message, bool Retryable, TimeSpan? RetryAfter) : ActivityResult;

    public static ActivityResult Done(JsonObject? outputs = null) => new Completed("Done", outputs);
    public static ActivityResult Leave(string outcome, JsonObject? outputs = null) => new Completed(outcome, outputs);
    public static ActivityResult Leave(IReadOnlyList<string> outcomes, JsonObject? outputs = null) => new Completed(outcomes[0], outputs) { AlsoOutcomes = [.. outcomes.Skip(1)] };
    public static ActivityResult RunEmbedded(string port, JsonObject? outputs = null) => new Completed("Done", outputs) { EmbeddedPort = port };
    public static ActivityResult Wait(TimeSpan delay, JsonObject? state = null, params IReadOnlyList<StimulusKey> stimuli) => new Waiting(stimuli, delay, state);
    public static ActivityResult WaitFor(IReadOnlyList<StimulusKey> stimuli, JsonObject? state = null) => new Waiting(stimuli, null, state);
    public static ActivityResult Fail(string type, string message) => new Failed(type, message, false, null);
    public static ActivityResult Retry(string type, string message, TimeSpan? after = null) => new Failed(type, message, true, after);
}

/// <summary>What a wait is for: a name ("approval", "event") and a key inside it ("release-7"). Hashed for look-up.</summary>
public readonly record struct StimulusKey(string Name, string Key);

/// <summary>Something that happened and may resume waits for the same key.</summary>
public sealed record Stimulus(StimulusKey Key, JsonNode? Payload)
{
    /// <summary>Who caused it, where that is known. What it starts is started by them.</summary>
    public string? By { get; init; }

    /// <summary>How many signals caused one another before this one; 0 for one from outside.</summary>
    internal int Hops { get; init; }
}

/// <summary>A child of a control activity has completed.</summary>
/// <param name="Tag">What the parent said when it scheduled the child, or null.</param>
public readonly record struct ChildCompletion(Definitions.ActivityNode Node, string ExecutionId, IReadOnlyList<string> Outcomes, string? Tag);

/// <summary>Everything an effect may know. Inputs were evaluated when the activity was scheduled and are the same on every attempt.</summary>
public sealed class EffectContext
{
    public required string InstanceId { get; init; }
    public required string DefinitionId { get; init; }

    /// <summary>Stable over attempts and restarts: instance/node/iteration.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Hand this to the outside world where it can tell repeats apart. Same on every attempt.</summary>
    public string IdempotencyKey => ExecutionId;

    public required string ActivityId { get; init; }
    public string? ActivityName { get; init; }

    /// <summary>1 on the first attempt; counts failures, not waits.</summary>
    public required int Attempt { get; init; }

    /// <summary>A failure now is final: there is no attempt left.</summary>
    public bool IsLastAttempt { get; init; }

    /// <summary>The fencing epoch under which the intent was committed; grows with every claim of the instance.</summary>
    public required long Epoch { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>Who started the instance, or the one above it that began it all; null: nobody did, it was a time or something from outside.</summary>
    public string? StartedBy { get; init; }

    /// <summary>The instance that began it all: the topmost one above this, or this one. Null: not known, an earlier build started it below another one.</summary>
    public string? RootInstanceId { get; init; }

    /// <summary>Evaluated inputs by name as the descriptor spells it.</summary>
    public required JsonObject Inputs { get; init; }

    /// <summary>What the last <see cref="ActivityResult.Waiting"/> of this execution left; empty at first.</summary>
    public required JsonObject State { get; init; }

    /// <summary>The stimulus that resumed this execution; null on the first run and after a delay.</summary>
    public Stimulus? ResumedBy { get; init; }

    public required TimeProvider Time { get; init; }

    private readonly List<(string Message, JsonObject? Data)> notes = [];

    /// <summary>Adds a line for people to the journal, committed with the result.</summary>
    public void Note(string message, JsonObject? data = null) => notes.Add((message, data));

    internal IReadOnlyList<(string Message, JsonObject? Data)> Notes => notes;

    /// <summary>An input as text; null when absent or null.</summary>
    public string? Text(string name) => Inputs[name] switch
    {
        null => null,
        JsonValue v when v.TryGetValue<string>(out var s) => s,
        var other => other.ToJsonString(),
    };

    /// <summary>An input as text that must be there.</summary>
    /// <exception cref="ActivityInputException">It is absent or empty.</exception>
    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw new ActivityInputException(ActivityId, name, "is required");
}

/// <summary>An input is missing or cannot be used: a fault, never retried.</summary>
public sealed class ActivityInputException(string activityId, string input, string what)
    : Exception($"Input '{input}' of activity '{activityId}' {what}.");
