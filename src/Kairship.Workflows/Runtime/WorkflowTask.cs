using System.Text.Json.Nodes;

namespace Kairship.Workflows.Runtime;

/// <summary>Something that a workflow asked to be done and waits for.</summary>
/// <param name="Payload">What was given along, by name.</param>
public sealed record WorkflowTask(string Id, string Name, JsonNode? Payload, string InstanceId, string DefinitionId, string? CorrelationId, string ActivityId);

/// <summary>What a completion came to.</summary>
public enum TaskOutcome
{
    /// <summary>The workflow goes on with the result.</summary>
    Completed,

    /// <summary>It was completed before: nothing changed.</summary>
    AlreadyCompleted,

    /// <summary>The workflow no longer waits for it: it went another way, was cancelled, or has ended.</summary>
    NoLongerWanted,

    /// <summary>The result is larger or deeper than a message may be: the task is still open.</summary>
    TooLarge,

    /// <summary>There is no such task and was none.</summary>
    NotFound,
}
