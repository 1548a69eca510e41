using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kairship.Workflows.Execution;

/// <summary>
/// The snapshot of one instance: everything needed to go on, nothing else. Property names are short because this is what a suspended instance
/// costs in the database. Changed only by the <see cref="Interpreter"/>, on one thread.
/// </summary>
internal sealed class InstanceState
{
    public const int CurrentFormat = 1;

    [JsonPropertyName("f")] public int Format { get; set; } = CurrentFormat;
    [JsonPropertyName("id")] public string Id { get; set; } = "";
    [JsonPropertyName("d")] public string DefinitionId { get; set; } = "";
    [JsonPropertyName("dv")] public string VersionId { get; set; } = "";
    [JsonPropertyName("dn")] public int Version { get; set; }
    [JsonPropertyName("dh")] public string ContentHash { get; set; } = "";
    [JsonPropertyName("n")] public string? Name { get; set; }
    [JsonPropertyName("c")] public string? CorrelationId { get; set; }
    [JsonPropertyName("pi")] public string? ParentInstanceId { get; set; }

    /// <summary>The key of the stimulus that tells the parent, when it is not this instance's id.</summary>
    [JsonPropertyName("pk")] public string? ParentKey { get; set; }

    /// <summary>What the parent wants to read in that stimulus.</summary>
    [JsonPropertyName("pt")] public string? ParentTag { get; set; }

    /// <summary>The parent does not wait for the end: it is not told.</summary>
    [JsonPropertyName("pq")] public bool ParentDoesNotWait { get; set; }

    /// <summary>How many instances are above this one.</summary>
    [JsonPropertyName("dp")] public int Depth { get; set; }

    /// <summary>Who started it, or the one above it that began it all.</summary>
    [JsonPropertyName("by")] public string? StartedBy { get; set; }

    /// <summary>The topmost instance above this one; null: this one is, or where there is a parent, an earlier build did not write it down.</summary>
    [JsonPropertyName("ri")] public string? RootInstanceId { get; set; }

    [JsonPropertyName("st")] public StatePhase Phase { get; set; }
    [JsonPropertyName("p")] public bool Paused { get; set; }
    [JsonPropertyName("tr")] public TriggerState? Trigger { get; set; }
    [JsonPropertyName("in")] public JsonObject? Input { get; set; }
    [JsonPropertyName("out")] public JsonObject? Output { get; set; }
    [JsonPropertyName("oc")] public List<string>? Outcomes { get; set; }

    /// <summary>Variables of the workflow by id.</summary>
    [JsonPropertyName("v")] public Dictionary<string, JsonNode?>? Variables { get; set; }

    [JsonPropertyName("lr")] public JsonNode? LastResult { get; set; }

    /// <summary>The last outputs of activities, by activity id.</summary>
    [JsonPropertyName("ao")] public Dictionary<string, JsonObject>? ActivityOutputs { get; set; }

    /// <summary>How often each activity was scheduled: the last part of execution ids.</summary>
    [JsonPropertyName("it")] public Dictionary<string, int> Iterations { get; set; } = [];

    /// <summary>What completed and would be undone, in the order of completion.</summary>
    [JsonPropertyName("cp")] public List<CompensationState>? Compensations { get; set; }

    /// <summary>Scopes that are being undone.</summary>
    [JsonPropertyName("rb")] public List<RollbackState>? Rollbacks { get; set; }

    /// <summary>What the instance becomes when the last rollback is done: finished or cancelled; null: it runs on.</summary>
    [JsonPropertyName("en")] public StatePhase? Ending { get; set; }

    /// <summary>The parent knows that this instance has faulted.</summary>
    [JsonPropertyName("tf")] public bool FaultTold { get; set; }

    [JsonPropertyName("e")] public List<ExecutionState> Executions { get; set; } = [];
    [JsonPropertyName("ic")] public List<IncidentState>? Incidents { get; set; }
    [JsonPropertyName("j")] public long JournalSequence { get; set; }

    /// <summary>Ends of earlier commits in the journal, about a tenth of what it may hold apart: where it may be cut.</summary>
    [JsonPropertyName("jm")] public List<long>? JournalMarks { get; set; }

    /// <summary>How many signals caused one another up to here, without a time or an effect in between.</summary>
    [JsonPropertyName("hp")] public int Hops { get; set; }

    [JsonPropertyName("s")] public int NextOrder { get; set; }
    [JsonPropertyName("b")] public int NextBookmark { get; set; }

    [JsonPropertyName("hr")] public List<HttpRequestState>? HttpRequests { get; set; }

    /// <summary>The topmost instance: above this one, or this one; null where that is not known.</summary>
    [JsonIgnore] public string? Root => RootInstanceId ?? (ParentInstanceId is null ? Id : null);

    [JsonIgnore] public bool IsFinal => Phase is StatePhase.Finished or StatePhase.Cancelled;
}

internal enum StatePhase
{
    Pending,
    Running,
    Finished,
    Cancelled,
}

/// <summary>The activity whose stimulus started the instance: it does not wait for it again.</summary>
internal sealed record TriggerState(
    [property: JsonPropertyName("a")] string ActivityId, [property: JsonPropertyName("n")] string Name, [property: JsonPropertyName("k")] string Key,
    [property: JsonPropertyName("p")] JsonNode? Payload);

internal enum ExecutionPhase
{
    /// <summary>A control activity whose children run.</summary>
    Running,

    /// <summary>Waits for a bookmark or a time.</summary>
    Waiting,

    /// <summary>An effect whose intent is (or is about to be) committed: it runs, or runs when there is room.</summary>
    Ready,

    /// <summary>An effect that failed and runs again at its due time.</summary>
    BackingOff,

    /// <summary>Failed for good: nothing of it happens before an operator retries.</summary>
    Faulted,

    /// <summary>Completed; its parent has not been told yet. Counts as a child that runs until then.</summary>
    Completed,

    /// <summary>A scope whose compensations run.</summary>
    Compensating,
}

/// <summary>One scheduled activity: a token. Its id is "activity/iteration", stable over restarts.</summary>
internal sealed class ExecutionState
{
    /// <summary>Where it is in the tree.</summary>
    internal TreePlace Place;

    private string? activityId;
    private string? externalId;
    private RareState? rare;

    [JsonConstructor]
    public ExecutionState()
    {
    }

    public ExecutionState(string activityId, int iteration)
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{activityId}/{iteration}");
        this.activityId = activityId;
    }

    [JsonPropertyName("i")] public string Id
    {
        get;
        set => (field, activityId, externalId) = (value, null, null);
    } = "";

    [JsonPropertyName("o")] public int Order { get; set; }
    [JsonPropertyName("p")] public string? Parent { get; set; }
    [JsonPropertyName("t")] public string? Tag { get; set; }
    [JsonPropertyName("ph")] public ExecutionPhase Phase { get; set; }
    [JsonPropertyName("s")] public JsonObject? State { get; set; }
    [JsonPropertyName("in")] public JsonObject? Inputs { get; set; }

    /// <summary>Variables of this execution's scope: declared ones by id, those handed down by the parent by name.</summary>
    [JsonPropertyName("v")] public Dictionary<string, JsonNode?>? Variables { get; set; }

    /// <summary>Failures so far of an effect.</summary>
    [JsonPropertyName("fa")] public int Failures
    {
        get => rare?.Failures ?? 0;
        set => Rare(value != 0)?.Failures = value;
    }

    [JsonPropertyName("du")] public DateTimeOffset? Due
    {
        get => rare?.Due;
        set => Rare(value is not null)?.Due = value;
    }

    /// <summary>When its time is up, counted from its scheduling.</summary>
    [JsonPropertyName("dl")] public DateTimeOffset? Deadline
    {
        get => rare?.Deadline;
        set => Rare(value is not null)?.Deadline = value;
    }

    /// <summary>The rollback that this is a step of; null: it belongs to the normal flow.</summary>
    [JsonPropertyName("rn")] public int? Rollback
    {
        get => rare?.Rollback;
        set => Rare(value is not null)?.Rollback = value;
    }

    [JsonPropertyName("b")] public List<BookmarkState>? Bookmarks
    {
        get => rare?.Bookmarks;
        set => Rare(value is not null)?.Bookmarks = value;
    }

    [JsonPropertyName("r")] public StimulusState? ResumedBy
    {
        get => rare?.ResumedBy;
        set => Rare(value is not null)?.ResumedBy = value;
    }

    /// <summary>What was being delivered when it faulted, and what arrived since: delivered again on a retry.</summary>
    [JsonPropertyName("rd")] public List<PendingStep>? Redo
    {
        get => rare?.Redo;
        set => Rare(value is not null)?.Redo = value;
    }

    [JsonIgnore] public string ActivityId => activityId ??= Id[..Id.LastIndexOf('/')];

    /// <summary>As the world outside knows it; always of the same instance.</summary>
    public string ExternalId(string instanceId) => externalId ??= $"{instanceId}/{Id}";

    private RareState? Rare(bool isNeeded) => isNeeded ? rare ??= new RareState() : rare;

    /// <summary>What only an execution has that waits, fails or runs against time. Most never do, and then it takes no room.</summary>
    private sealed class RareState
    {
        public int Failures { get; set; }
        public DateTimeOffset? Due { get; set; }
        public DateTimeOffset? Deadline { get; set; }
        public int? Rollback { get; set; }
        public List<BookmarkState>? Bookmarks { get; set; }
        public StimulusState? ResumedBy { get; set; }
        public List<PendingStep>? Redo { get; set; }
    }
}

internal sealed record BookmarkState(
    [property: JsonPropertyName("n")] int Number, [property: JsonPropertyName("s")] string Name, [property: JsonPropertyName("k")] string Key);

internal sealed record StimulusState(
    [property: JsonPropertyName("s")] string Name, [property: JsonPropertyName("k")] string Key, [property: JsonPropertyName("p")] JsonNode? Payload,
    [property: JsonPropertyName("h")] int Hops = 0, [property: JsonPropertyName("by")] string? By = null);

internal sealed record IncidentState(
    [property: JsonPropertyName("e")] string? ExecutionId, [property: JsonPropertyName("t")] string Type, [property: JsonPropertyName("m")] string Message,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("co")] bool Continues = false);

/// <summary>An activity that completed and names a compensation, with what that may look at.</summary>
/// <param name="Scope">The execution that it completed in.</param>
internal sealed record CompensationState(
    [property: JsonPropertyName("a")] string ActivityId, [property: JsonPropertyName("e")] string ExecutionId, [property: JsonPropertyName("s")] string? Scope,
    [property: JsonPropertyName("v")] Dictionary<string, JsonNode?> Variables);

internal enum ScopeEndKind
{
    Faulted,
    TimedOut,
}

/// <summary>Why a scope ends before it completed.</summary>
internal sealed record ScopeEndState(
    [property: JsonPropertyName("k")] ScopeEndKind Kind, [property: JsonPropertyName("t")] string Type, [property: JsonPropertyName("m")] string Message);

/// <summary>Compensations that run one after the other, the last completed first.</summary>
internal sealed class RollbackState
{
    [JsonPropertyName("n")] public int Number { get; set; }

    /// <summary>Still to be undone, in the order of completion.</summary>
    [JsonPropertyName("l")] public List<CompensationState> Left { get; set; } = [];

    /// <summary>The execution that waits for this rollback, and what becomes of it then; null: nobody waits.</summary>
    [JsonPropertyName("s")] public string? Scope { get; set; }

    [JsonPropertyName("x")] public ScopeEndState? End { get; set; }
}

internal enum StepKind
{
    Start,
    ChildCompleted,
    Resumed,

    /// <summary>The inputs of an effect are evaluated once more before it is tried again.</summary>
    Evaluate,
}

/// <summary>One call into an activity that is yet to be made.</summary>
[method: JsonConstructor]
internal readonly record struct PendingStep(
    [property: JsonPropertyName("k")] StepKind Kind, [property: JsonPropertyName("c")] string? ChildId = null,
    [property: JsonPropertyName("oc")] List<string>? Outcomes = null, [property: JsonPropertyName("r")] StimulusState? Stimulus = null)
{
    public static PendingStep ToStart { get; } = new(StepKind.Start);
}
