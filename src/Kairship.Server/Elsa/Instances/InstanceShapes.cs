using System.Text.Json.Nodes;

namespace Kairship.Server.Elsa.Instances;

/// <summary>An instance in a list.</summary>
internal sealed record ElsaInstanceSummary(
    string Id, string DefinitionId, string DefinitionVersionId, int Version, string Status, string SubStatus, string? CorrelationId, string? Name, int IncidentCount,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt);

/// <summary>An instance with its state.</summary>
internal sealed record ElsaInstance(
    string Id, string DefinitionId, string DefinitionVersionId, int Version, string? ParentWorkflowInstanceId, ElsaWorkflowState WorkflowState, string Status, string SubStatus,
    bool IsExecuting, string? CorrelationId, string? Name, int IncidentCount, bool IsSystem, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt);

/// <summary>A state for people: everything in it is masked. Callbacks and scheduled activities are how Elsa's own engine goes on; ours does not need them.</summary>
internal sealed record ElsaWorkflowState
{
    public required string Id { get; init; }
    public required string DefinitionId { get; init; }
    public required string DefinitionVersionId { get; init; }
    public required int DefinitionVersion { get; init; }
    public string? CorrelationId { get; init; }
    public string? Name { get; init; }
    public string? ParentWorkflowInstanceId { get; init; }
    public required string Status { get; init; }
    public required string SubStatus { get; init; }
    public bool IsExecuting { get; init; }
    public required IReadOnlyList<ElsaBookmark> Bookmarks { get; init; }
    public required IReadOnlyList<ElsaIncident> Incidents { get; init; }
    public bool IsSystem { get; init; }
    public IReadOnlyList<JsonObject> CompletionCallbacks { get; init; } = [];
    public required IReadOnlyList<ElsaActivityContext> ActivityExecutionContexts { get; init; }
    public IReadOnlyList<JsonObject> ScheduledActivities { get; init; } = [];
    public long ExecutionLogSequence { get; init; }
    public required JsonObject Input { get; init; }
    public required JsonObject Output { get; init; }
    public JsonObject Properties { get; init; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

internal sealed record ElsaBookmark(
    string Id, string Name, string Hash, JsonObject Payload, string ActivityId, string ActivityNodeId, string ActivityInstanceId, DateTimeOffset CreatedAt, bool AutoBurn = true,
    bool AutoComplete = true);

internal sealed record ElsaIncident(
    string? ActivityId, string? ActivityNodeId, string? ActivityType, string Message, ElsaException Exception, DateTimeOffset Timestamp);

/// <summary>Stack traces stay in the server's log: they tell a caller of our insides.</summary>
internal sealed record ElsaException(string Type, string Message);

/// <summary>An activity that is under way, waits, or has faulted.</summary>
internal sealed record ElsaActivityContext(
    string Id, int CallStackDepth, string? ParentContextId, string ScheduledActivityNodeId, string? OwnerActivityNodeId, JsonObject ActivityState, string Status, bool IsExecuting,
    int FaultCount, DateTimeOffset StartedAt)
{
    public JsonObject Properties { get; init; } = [];
    public JsonObject Metadata { get; init; } = [];
    public IReadOnlyList<JsonObject> DynamicVariables { get; init; } = [];
}

/// <summary>A variable of the workflow. A value that is null is written: the variable is there.</summary>
internal sealed record ElsaVariable(
    string Id, string Name, [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)] JsonNode? Value);

/// <summary>A line of the journal.</summary>
internal sealed record ElsaJournalEntry(
    string Id, string ActivityInstanceId, string? ParentActivityInstanceId, string ActivityId, string ActivityType, int ActivityTypeVersion, string? ActivityName, string NodeId,
    DateTimeOffset Timestamp, long Sequence, string EventName, string? Message, JsonObject? Payload);

/// <param name="WorkflowSubStatus">The same word again: Studio's client reads this name, others read <paramref name="SubStatus"/>.</param>
internal sealed record ElsaExecutionState(string Status, string SubStatus, string WorkflowSubStatus, DateTimeOffset UpdatedAt);
