using System.Text.Json.Nodes;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Executions;

/// <summary>One execution as Elsa lists it: without values.</summary>
internal sealed record ActivitySummary(
    string WorkflowInstanceId, string ActivityId, string ActivityNodeId, string ActivityType, int ActivityTypeVersion, string? ActivityName, DateTimeOffset StartedAt,
    bool HasBookmarks, string Status, IReadOnlyDictionary<string, object?> Metadata, int AggregateFaultCount, DateTimeOffset? CompletedAt, string Id)
{
    public static ActivitySummary Of(ExecutionPicture picture, int index)
    {
        var (entry, node) = (picture.Entries[index], picture.NodeOf(index));
        var execution = entry.Execution;
        return new ActivitySummary(
            picture.Instance.Id, execution.ActivityId, picture.NodeIdOf(index), execution.ActivityType, node?.Descriptor.Version ?? 1, node?.Name, execution.StartedAt,
            entry.IsBlocked, StatusOf(execution.Status), ObjectMap.Empty, picture.FaultsOf(index),
            execution.Status is ActivityExecutionStatus.Completed or ActivityExecutionStatus.Cancelled ? execution.CompletedAt : null, execution.ExecutionId);
    }

    /// <summary>The workflow itself. Elsa's stays "Running" when something in it has faulted.</summary>
    public static ActivitySummary OfRoot(ExecutionPicture picture)
    {
        var instance = picture.Instance;
        var status = instance.Status switch
        {
            InstanceStatus.Finished => ActivityExecutionStatus.Completed,
            InstanceStatus.Cancelled => ActivityExecutionStatus.Cancelled,
            _ => ActivityExecutionStatus.Running,
        };
        return new ActivitySummary(
            instance.Id, ExecutionPicture.WorkflowNode, ExecutionPicture.WorkflowNode, "Elsa.Workflow", 1, null, instance.CreatedAt, false, StatusOf(status), ObjectMap.Empty,
            picture.RootFaults, status == ActivityExecutionStatus.Running ? null : instance.FinishedAt, picture.RootId);
    }

    private static string StatusOf(ActivityExecutionStatus status) => status switch
    {
        ActivityExecutionStatus.Completed => "Completed",
        ActivityExecutionStatus.Cancelled => "Canceled",
        ActivityExecutionStatus.Faulted => "Faulted",
        _ => "Running",
    };
}

/// <summary>One execution with what went in and came out.</summary>
internal sealed record ActivityRecord(
    string WorkflowInstanceId, string ActivityId, string ActivityNodeId, string ActivityType, int ActivityTypeVersion, string? ActivityName, JsonObject? ActivityState,
    JsonObject? Payload, JsonObject? Outputs, IReadOnlyDictionary<string, object?>? Properties, IReadOnlyDictionary<string, object?> Metadata, ActivityFault? Exception,
    DateTimeOffset StartedAt, bool HasBookmarks, string Status, int AggregateFaultCount, DateTimeOffset? CompletedAt, string? SchedulingActivityExecutionId,
    string? SchedulingActivityId, int CallStackDepth, string Id, string TenantId = "")
{
    public static ActivityRecord Of(ActivitySummary summary, int depth) => new(
        summary.WorkflowInstanceId, summary.ActivityId, summary.ActivityNodeId, summary.ActivityType, summary.ActivityTypeVersion, summary.ActivityName, null, null, null, null,
        summary.Metadata, null, summary.StartedAt, summary.HasBookmarks, summary.Status, summary.AggregateFaultCount, summary.CompletedAt, null, null, depth, summary.Id);
}

internal sealed record ActivityFault(string Type, string Message);

/// <param name="Items">From the workflow down to the activity itself.</param>
internal sealed record ActivityCallStack(string ActivityExecutionId, IReadOnlyList<ActivityRecord> Items, long TotalCount);
