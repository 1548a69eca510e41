using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Execution;

/// <summary>Something that happened to an instance. The time is part of it: the interpreter reads no clock.</summary>
internal abstract record InstanceEvent(DateTimeOffset At)
{
    /// <summary>The first event of every instance.</summary>
    internal sealed record Started(DateTimeOffset At) : InstanceEvent(At);

    /// <summary>An effect ended. <paramref name="Backoff"/> is how long to wait when it failed, may be retried, and did not say itself; null: attempts are used up.</summary>
    internal sealed record EffectEnded(
        DateTimeOffset At, string ExecutionId, ActivityResult Result, IReadOnlyList<(string Message, JsonObject? Data)> Notes, TimeSpan? Backoff)
        : InstanceEvent(At);

    /// <summary>Time has passed: waits and back-offs whose time has come go on.</summary>
    internal sealed record TimePassed(DateTimeOffset At) : InstanceEvent(At);

    internal sealed record StimulusArrived(DateTimeOffset At, Stimulus Stimulus) : InstanceEvent(At);

    /// <summary>An operator's command. Migration is the burst's: it changes the graph.</summary>
    internal sealed record Commanded(DateTimeOffset At, InstanceCommand Command) : InstanceEvent(At);

    /// <summary>The runtime cannot go on with one execution (its state outgrew the limit).</summary>
    internal sealed record FaultRequested(DateTimeOffset At, string? ExecutionId, string Type, string Message) : InstanceEvent(At);
}
