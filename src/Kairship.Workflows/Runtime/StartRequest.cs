using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>A wish to start an instance.</summary>
public sealed record StartRequest
{
    public required string DefinitionId { get; init; }
    public VersionOption VersionOption { get; init; } = VersionOption.PublishedOnly;

    /// <summary>That very version, by its own id; <see cref="VersionOption"/> does not count then.</summary>
    public string? VersionId { get; init; }

    /// <summary>Lets a draft run. It is frozen by that: the next save makes a new draft. Without this a draft is not started.</summary>
    public bool RunDraft { get; init; }

    /// <summary>Inputs by name. Declared ones are converted to their type; others are kept as they are.</summary>
    public JsonObject Input { get; init; } = [];
    public string? CorrelationId { get; init; }

    /// <summary>The same key twice starts one instance. Where an <see cref="InstanceId"/> is given and no key, the id is the key.</summary>
    public string? DedupeKey { get; init; }
    public string? Name { get; init; }
    public string? InstanceId { get; init; }

    /// <summary>Told with the stimulus <see cref="Execution.WorkflowEnd"/> when this instance has finished or was cancelled.</summary>
    public string? ParentInstanceId { get; init; }

    /// <summary>The key of that stimulus; null: the instance's id.</summary>
    internal string? ParentKey { get; init; }
    internal string? ParentTag { get; init; }
    internal bool ParentDoesNotWait { get; init; }
    internal int Depth { get; init; }

    /// <summary>Who starts it; what it starts is started by them as well. Null: who caused the stimulus, where one did.</summary>
    public string? StartedBy { get; init; }
    internal string? RootInstanceId { get; init; }

    /// <summary>The trigger activity that this start comes from: the flowchart starts there and the activity does not wait.</summary>
    public string? TriggerActivityId { get; init; }

    public Stimulus? TriggeredBy { get; init; }
}

public enum StartOutcome
{
    Started,

    /// <summary>The dedupe key has started an instance before: <see cref="StartResult.InstanceId"/> is that one.</summary>
    Duplicate,
    DefinitionNotFound,

    /// <summary>The version does not compile: <see cref="StartResult.Definition"/> says why.</summary>
    DefinitionInvalid,
    InputInvalid,

    /// <summary>The version is a draft and <see cref="StartRequest.RunDraft"/> was not asked for.</summary>
    IsDraft,
}

/// <param name="Problem">For people, when nothing was started.</param>
public sealed record StartResult(StartOutcome Outcome, string? InstanceId, string? Problem = null)
{
    public bool Started => Outcome is StartOutcome.Started or StartOutcome.Duplicate;

    public IReadOnlyList<DefinitionProblem> Definition { get; init; } = [];
}
