using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution.Journaling;

namespace Kairship.Workflows.Execution;

/// <summary>A wait, an effect or a container that is under way, as people see it.</summary>
/// <param name="Phase">Running, Waiting, Ready, BackingOff, Faulted or Compensating.</param>
/// <param name="Deadline">When its time is up.</param>
/// <param name="WaitingFor">"name key" of each stimulus that would resume it.</param>
public sealed record RunningActivity(
    string ActivityId, string ExecutionId, string? ParentExecutionId, string Phase, int Failures, DateTimeOffset? DueAt, IReadOnlyList<string> WaitingFor, JsonObject? Inputs,
    DateTimeOffset? Deadline = null)
{
    /// <summary>What <see cref="WaitingFor"/> says, one by one.</summary>
    public IReadOnlyList<RunningBookmark> Bookmarks { get; init; } = [];
}

/// <summary>A stimulus that would resume an activity.</summary>
/// <param name="Id">As the store knows it.</param>
/// <param name="Key">Masked, as everything here.</param>
public sealed record RunningBookmark(string Id, string Name, string Key);

/// <summary>Something that faulted and waits for an operator.</summary>
public sealed record Incident(string? ActivityId, string? ExecutionId, string Type, string Message, DateTimeOffset At);

/// <summary>What is in a stored state, for people and for the API: a copy, detached from the engine, in which secrets are masked as in the journal.</summary>
public sealed record InstanceSnapshot
{
    public required string InstanceId { get; init; }
    public required JsonObject Input { get; init; }
    public required JsonObject Output { get; init; }
    public required IReadOnlyList<string> Outcomes { get; init; }

    /// <summary>Variables of the workflow by id.</summary>
    public required JsonObject Variables { get; init; }
    public required bool Paused { get; init; }

    /// <summary>What completed is being undone, in the whole or in a part of it.</summary>
    public bool IsCompensating { get; init; }

    /// <summary>It was cancelled, and ends when all is undone.</summary>
    public bool IsCancelling { get; init; }
    public required IReadOnlyList<RunningActivity> Running { get; init; }
    public required IReadOnlyList<Incident> Incidents { get; init; }

    /// <summary>The last HTTP requests that reached the instance, by id, with their response or null.</summary>
    public IReadOnlyDictionary<string, JsonObject?> HttpResponses { get; init; } = new Dictionary<string, JsonObject?>();

    /// <param name="graph">Says which values are secrets; without it only their names do.</param>
    /// <exception cref="InvalidDataException">Not a state, or one of a newer build.</exception>
    public static InstanceSnapshot Read(ReadOnlyMemory<byte> bytes, WorkflowGraph? graph = null)
    {
        var state = StateSerializer.Read(bytes);
        var shown = new SnapshotMask(state, graph);
        return new InstanceSnapshot
        {
            InstanceId = state.Id,
            Input = shown.Workflow(state.Input),
            Output = shown.Workflow(state.Output),
            Outcomes = state.Outcomes ?? [],
            Variables = shown.Workflow(state.Variables),
            Paused = state.Paused,
            HttpResponses = (state.HttpRequests ?? []).ToDictionary(r => r.Id, r => r.Response),
            IsCompensating = state.Rollbacks is { Count: > 0 },
            IsCancelling = state.Ending == StatePhase.Cancelled,
            Running = [.. state.Executions.Select(e => Describe(state.Id, e, shown))],
            Incidents = [.. (state.Incidents ?? []).Select(i => new Incident(ActivityOf(i.ExecutionId), i.ExecutionId is null ? null : $"{state.Id}/{i.ExecutionId}", i.Type, shown.Text(i.Message), i.At))],
        };
    }

    private static RunningActivity Describe(string instanceId, ExecutionState e, SnapshotMask shown) => new(
        e.ActivityId, $"{instanceId}/{e.Id}", e.Parent is null ? null : $"{instanceId}/{e.Parent}", e.Phase.ToString(), e.Failures, e.Due,
        [.. (e.Bookmarks ?? []).Select(b => shown.Text($"{b.Name} {b.Key}"))], e.Inputs is null ? null : shown.Inputs(e), e.Deadline)
    {
        Bookmarks = [.. (e.Bookmarks ?? []).Select(b => new RunningBookmark($"{instanceId}/b{b.Number}", b.Name, shown.Text(b.Key)))],
    };

    private static string? ActivityOf(string? executionId) => executionId?[..executionId.LastIndexOf('/')];
}
