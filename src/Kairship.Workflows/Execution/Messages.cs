using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Execution;

internal enum InboxKind
{
    Stimulus,

    // These three were written before commands had a type of their own.
    Pause,
    Resume,
    Cancel,
    Command,
}

/// <summary>What a message in an instance's inbox says: a stimulus, or a command of an operator.</summary>
internal sealed record InboxPayload(InboxKind Kind, StimulusState? Stimulus = null, InstanceCommand? Command = null)
{
    public static byte[] Of(Stimulus stimulus) => new InboxPayload(InboxKind.Stimulus, Messages.State(stimulus)).Write();

    public static byte[] Of(InstanceCommand command) => new InboxPayload(InboxKind.Command, Command: command).Write();

    /// <summary>The command, however it was written; null for a stimulus and for what nobody knows.</summary>
    public InstanceCommand? ReadCommand() => Kind switch
    {
        InboxKind.Pause => new InstanceCommand.Pause(),
        InboxKind.Resume => new InstanceCommand.Resume(),
        InboxKind.Cancel => new InstanceCommand.Cancel(),
        _ => Command,
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Default.InboxPayload);

    public static InboxPayload? Read(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.InboxPayload);
}

/// <summary>What an outbox message says: a stimulus for one instance, or for all that wait; or that an instance, or all children of one, are to be cancelled.</summary>
internal sealed record OutboxPayload(StimulusState? Stimulus, string? CorrelationId = null, string? InstanceId = null)
{
    public const string Publish = "publish";
    public const string Signal = "signal";
    public const string Cancel = "cancel";
    public const string CancelChildren = "cancel-children";

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Default.OutboxPayload);

    public static OutboxPayload? Read(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.OutboxPayload);
}

/// <summary>What an outbox message of the kind "start" says.</summary>
internal sealed record ChildStartPayload(
    string DefinitionId, string? VersionId, string InstanceId, string ParentInstanceId, JsonObject Input, string? CorrelationId, string? Key, string? Tag, bool Waits, int Depth,
    string? StartedBy = null, string? RootInstanceId = null)
{
    public const string Kind = "start";

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Default.ChildStartPayload);

    public static ChildStartPayload? Read(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.ChildStartPayload);

    /// <summary>What the parent is told when the child has started and is not waited for, or cannot start.</summary>
    public Stimulus Answer(string? problem) => new(WorkflowEnd.Of(Key ?? InstanceId), new JsonObject
    {
        ["instanceId"] = InstanceId,
        ["tag"] = Tag,
        ["status"] = problem is null ? WorkflowEnd.Started : WorkflowEnd.Refused,
        ["problem"] = problem,
    });
}

internal static class Messages
{
    public static StimulusState State(Stimulus stimulus) => new(stimulus.Key.Name, stimulus.Key.Key, stimulus.Payload, stimulus.Hops, stimulus.By);

    public static Stimulus Stimulus(StimulusState state) => new(new StimulusKey(state.Name, state.Key), state.Payload?.DeepClone()) { Hops = state.Hops, By = state.By };
}

/// <summary>What the parent of an instance is told: the stimulus ("workflow", child instance id) with {instanceId, tag, status, output, outcomes}.</summary>
public static class WorkflowEnd
{
    public const string StimulusName = "workflow";

    public const string Finished = nameof(StatePhase.Finished);
    public const string Cancelled = nameof(StatePhase.Cancelled);

    /// <summary>It has an incident. Not the end: it tells again when it ends after a retry.</summary>
    public const string Faulted = "Faulted";

    /// <summary>It exists, and nobody waits for its end.</summary>
    public const string Started = "Started";

    /// <summary>It was not started and will not be; why is in "problem".</summary>
    public const string Refused = "Refused";

    public static StimulusKey Of(string instanceId) => new(StimulusName, instanceId);

    internal static JsonObject Payload(InstanceState state, string status, string? problem) => new()
    {
        ["instanceId"] = state.Id,
        ["tag"] = state.ParentTag,
        ["status"] = status,
        ["problem"] = problem,
        ["output"] = state.Output?.DeepClone(),
        ["outcomes"] = new JsonArray([.. (state.Outcomes ?? []).Select(o => JsonValue.Create(o))]),
    };
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, MaxDepth = StateSerializer.MaxDepth)]
[JsonSerializable(typeof(InboxPayload))]
[JsonSerializable(typeof(OutboxPayload))]
[JsonSerializable(typeof(ChildStartPayload))]
internal sealed partial class MessageJson : JsonSerializerContext;
