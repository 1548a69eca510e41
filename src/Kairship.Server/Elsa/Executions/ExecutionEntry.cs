using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Executions;

/// <summary>One execution without its values, and where in the journal those are.</summary>
/// <param name="IsBlocked">It waits for a stimulus or a time; one that waits to be tried again does not.</param>
/// <param name="StartLine">Place of its first line among those of the journal; -1 when that was trimmed away.</param>
/// <param name="EndLine">Place of the line that says where it stands; -1 when there is none but the first.</param>
internal sealed record ExecutionEntry(ActivityExecution Execution, bool IsBlocked, int StartLine, int EndLine)
{
    public bool IsUnderWay => Execution.Status is ActivityExecutionStatus.Running or ActivityExecutionStatus.Suspended;

    public bool IsFaulted => Execution.Status == ActivityExecutionStatus.Faulted;

    /// <summary>The entry with what a line adds; null: the line is its first.</summary>
    public static ExecutionEntry After(ExecutionEntry? before, JournalRecord line, int place)
    {
        // Values are read from the journal when somebody asks: a cache of them would have no bound.
        var execution = ActivityExecutionHistory.After(before?.Execution, line) with { Inputs = null, Outputs = null, ExceptionMessage = null };
        before ??= new ExecutionEntry(execution, false, line.Event == "Started" ? place : -1, -1);
        return line.Event switch
        {
            "Suspended" => before with { Execution = execution, IsBlocked = true, EndLine = place },
            "Completed" or "Faulted" or "Cancelled" or "Retrying" or "Resumed" or "Retried" => before with { Execution = execution, IsBlocked = false, EndLine = place },
            "Started" => before with { Execution = execution },
            _ => before,
        };
    }

    /// <summary>It has ended, but the line that says so is gone or bears another name.</summary>
    public ExecutionEntry Ended() => this with { Execution = Execution with { Status = ActivityExecutionStatus.Completed, WaitsFor = [] }, IsBlocked = false };

    /// <summary>Of something that no line is left of.</summary>
    public static ExecutionEntry UnderWay(RunningActivity running, InstanceRecord instance, WorkflowGraph? graph)
    {
        var node = graph?.ById.GetValueOrDefault(running.ActivityId);
        var status = running.Phase switch
        {
            "Faulted" => ActivityExecutionStatus.Faulted,
            "Waiting" or "BackingOff" => ActivityExecutionStatus.Suspended,
            _ => ActivityExecutionStatus.Running,
        };
        return new ExecutionEntry(
            new ActivityExecution(
                running.ExecutionId, running.ActivityId, node?.NodeId ?? running.ActivityId, node?.TypeName ?? "", running.ParentExecutionId, status, instance.UpdatedAt, null,
                running.Failures + 1, null, null, [], null, null, running.WaitingFor, IsPartial: true),
            running.Phase == "Waiting", -1, -1);
    }
}
