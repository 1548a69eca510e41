using System.Text.Json.Nodes;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>
/// What operators do to instances. Each is a command in the instance's inbox, for a faulted instance posted in the transaction that reopens it: durable when the call returns,
/// carried out once, in order, wherever the instance runs. What can be checked is checked before against the last committed state; what turns out impossible
/// only later is a line "CommandRefused" in the journal.
/// </content>
public sealed partial class WorkflowRuntime
{
    /// <summary>Cancels an instance: running effects are cancelled, waits removed, what completed is compensated where the definition says how. A faulted, paused or quarantined one, too.</summary>
    /// <remarks>While it compensates, a second cancel gives the rest up and ends it at once.</remarks>
    public Task<PostOutcome> CancelAsync(string instanceId, CancellationToken cancellationToken) =>
        CancelAsync(instanceId, NewKey(), cancellationToken);

    /// <summary>The same; a repeat of the key is the same cancel, not a second one.</summary>
    public async Task<PostOutcome> CancelAsync(string instanceId, string dedupeKey, CancellationToken cancellationToken)
    {
        var outcome = await CommandAsync(instanceId, new InstanceCommand.Cancel(), dedupeKey, cancellationToken);
        if (outcome is PostOutcome.Posted or PostOutcome.Duplicate)
        {
            await LiftQuarantineAsync(instanceId, cancellationToken);
        }

        return outcome;
    }

    /// <summary>Pauses an instance: running effects end and are recorded, nothing new starts, signals wait, times pass.</summary>
    public Task<PostOutcome> PauseAsync(string instanceId, CancellationToken cancellationToken) =>
        CommandAsync(instanceId, new InstanceCommand.Pause(), NewKey(), cancellationToken);

    /// <summary>Goes on after a pause. What came due meanwhile happens at once.</summary>
    public Task<PostOutcome> ResumeAsync(string instanceId, CancellationToken cancellationToken) =>
        CommandAsync(instanceId, new InstanceCommand.Resume(), NewKey(), cancellationToken);

    /// <summary>Retries what faulted, and only that: nothing that completed runs again.</summary>
    /// <param name="activityOrExecutionId">An execution id (with or without the instance id before it), an activity's id or name; null: everything that faulted.</param>
    public Task<OperationResult> RetryAsync(string instanceId, string? activityOrExecutionId = null, CancellationToken cancellationToken = default) =>
        OperateAsync(instanceId, new InstanceCommand.Retry(Local(instanceId, activityOrExecutionId)), cancellationToken);

    /// <summary>Ends something that runs, waits or has faulted as if it had completed by these outcomes (null: "Done"), without doing it.</summary>
    /// <param name="activityOrExecutionId">As for <see cref="RetryAsync"/>; an activity only while it runs once.</param>
    public Task<OperationResult> SkipAsync(string instanceId, string activityOrExecutionId, IReadOnlyList<string>? outcomes, CancellationToken cancellationToken) =>
        OperateAsync(instanceId, new InstanceCommand.Skip(Local(instanceId, activityOrExecutionId)!, outcomes is null or [] ? null : [.. outcomes]), cancellationToken);

    /// <summary>Gives a variable another value, converted to its declared type. A faulted effect evaluates its inputs again when it is retried after this.</summary>
    /// <param name="executionId">The execution from which it is looked up outwards; null: a variable of the workflow, or of the only execution that has one of that name.</param>
    public Task<OperationResult> SetVariableAsync(string instanceId, string nameOrId, JsonNode? value, string? executionId, CancellationToken cancellationToken) =>
        OperateAsync(instanceId, new InstanceCommand.SetVariable(nameOrId, Local(instanceId, executionId), value?.DeepClone()), cancellationToken);

    /// <summary>Executions are called "instance/activity/iteration" outside.</summary>
    private static string? Local(string instanceId, string? id) =>
        id is not null && id.StartsWith($"{instanceId}/", StringComparison.Ordinal) ? id[(instanceId.Length + 1)..] : id;

    private async Task<OperationResult> OperateAsync(string instanceId, InstanceCommand command, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(instanceId, cancellationToken) is not { } record)
        {
            return new OperationResult(OperationOutcome.NotFound, $"There is no instance '{instanceId}'.");
        }

        if (record.Status is InstanceStatus.Finished or InstanceStatus.Cancelled)
        {
            return new OperationResult(OperationOutcome.Finished, $"The instance is {record.Status}.");
        }

        var (graph, state, problem) = await LoadAsync(record);
        if ((problem ?? new Interpreter(graph!, state!, options.Limits).Objection(command)) is { } reason)
        {
            return new OperationResult(OperationOutcome.Refused, reason);
        }

        return await CommandAsync(instanceId, command, NewKey(), cancellationToken) switch
        {
            PostOutcome.NotFound => new OperationResult(OperationOutcome.NotFound, $"There is no instance '{instanceId}'."),
            PostOutcome.Finished => new OperationResult(OperationOutcome.Finished, "The instance has ended."),
            _ => new OperationResult(OperationOutcome.Applied),
        };
    }

    internal Task CancelByParentAsync(string instanceId, string dedupeKey, CancellationToken cancellationToken) =>
        CommandAsync(instanceId, new InstanceCommand.Cancel(Cascades: true), dedupeKey, cancellationToken);

    /// <summary>Cancels a child with its parent, unless it was dispatched to run on its own.</summary>
    /// <param name="awaitedBy">Only if this is the key that its end is told by; null: whichever.</param>
    internal async Task CancelChildAsync(string instanceId, string? awaitedBy, string dedupeKey, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(instanceId, cancellationToken) is { } child && IsAwaited(child, awaitedBy))
        {
            await CancelByParentAsync(instanceId, dedupeKey, cancellationToken);
        }
    }

    private static bool IsAwaited(InstanceRecord child, string? by)
    {
        try
        {
            var state = StateSerializer.Read(child.State);
            return !state.ParentDoesNotWait && (by is null || state.ParentKey == by);
        }
        catch (InvalidDataException)
        {
            // Nobody can run it here: the cancel waits in its inbox.
            return by is null;
        }
    }

    /// <summary>A parent that was cancelled while it started a child: the message that cancels its children may have gone out before the child was there.</summary>
    private async Task CancelOrphanAsync(string instanceId, string parentId, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(parentId, cancellationToken) is { } parent
            && (parent.Status == InstanceStatus.Cancelled || (parent.Status is InstanceStatus.Executing or InstanceStatus.Faulted && StateSerializer.Read(parent.State).Ending == StatePhase.Cancelled)))
        {
            await CancelByParentAsync(instanceId, $"orphan:{parentId}", cancellationToken);
        }
    }

    private string NewKey() => $"command:{Guid.CreateVersion7(time.GetUtcNow()):N}";

    internal async Task<PostOutcome> CommandAsync(string instanceId, InstanceCommand command, string dedupeKey, CancellationToken cancellationToken)
    {
        var outcome = await store.PostAndReopenAsync(instanceId, dedupeKey, InboxPayload.Of(command), cancellationToken);
        if (outcome is PostOutcome.Posted or PostOutcome.Duplicate)
        {
            Dispatch(instanceId);
        }

        return outcome;
    }
}
