using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>What may be asked of the engine from outside: what is too large is refused before it is stored.</summary>
internal sealed class RequestLimits(ExecutionLimits limits)
{
    private const int KeptOfALongKey = 200;

    private readonly InboxRoom room = new(limits.MaxInboxMessages, limits.MaxInboxBytes);

    /// <summary>What is wrong with a start; null when nothing is.</summary>
    public string? Problem(StartRequest request, JsonObject input) =>
        TooLong("name", request.Name) ?? TooLong("correlation id", request.CorrelationId) ?? TooLong("instance id", request.InstanceId)
        ?? TooLong("stimulus key", request.TriggeredBy?.Key.Key)
        ?? TooDeep("input", input) ?? TooDeep("payload of the trigger", request.TriggeredBy?.Payload);

    /// <summary>The end of a child is as large as its output and must reach the parent; what is sent from outside has a limit of its own.</summary>
    public bool IsTooLarge(Stimulus stimulus, int bytes) => stimulus.Key.Name != WorkflowEnd.StimulusName
        && (bytes > limits.MaxMessageBytes || TooLong("", stimulus.Key.Name) is not null || TooLong("", stimulus.Key.Key) is not null || TooDeep("", stimulus.Payload) is not null);

    /// <summary>Nobody says it a second time: the end of a child, the result of a task. A faulted instance keeps it until it is retried.</summary>
    public static bool ComesOnce(Stimulus stimulus) => stimulus.Key.Name is WorkflowEnd.StimulusName or TaskStimulus.Name;

    public InboxRoom? Room(Stimulus stimulus) => stimulus.Key.Name == WorkflowEnd.StimulusName ? null : room;

    /// <summary>A dedupe key as it is stored. A long one keeps its beginning and gets a hash: databases limit what an index holds.</summary>
    public string Key(string dedupeKey) => dedupeKey.Length <= limits.MaxNameLength
        ? dedupeKey
        : $"{dedupeKey[..Math.Min(KeptOfALongKey, limits.MaxNameLength - 1)]}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dedupeKey)))}";

    private string? TooLong(string what, string? text) => text is null || text.Length <= limits.MaxNameLength
        ? null
        : $"The {what} has {text.Length} characters; at most {limits.MaxNameLength} are allowed (MaxNameLength).";

    private string? TooDeep(string what, JsonNode? value) => JsonSize.Of(value, limits.MaxValueDepth) >= 0
        ? null
        : $"The {what} is nested deeper than {limits.MaxValueDepth} (MaxValueDepth).";
}
