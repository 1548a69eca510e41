using System.Text.Json;
using Kairship.Api.Workflows;
using Kairship.Delivery.Releases;
using Kairship.Server.Problems;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>What operators do to instances. The answer is the instance as it is a moment later: the command is durable then, and carried out as soon as it is claimed.</summary>
internal sealed class InstanceOperations(IWorkflowStore store, IDeliveryStore delivery, WorkflowRuntime runtime)
{
    public Task<Answer<InstanceInfo>> PauseAsync(string id, CancellationToken cancellationToken) =>
        DoAsync(id, async _ => Result(await runtime.PauseAsync(id, cancellationToken)), cancellationToken);

    public Task<Answer<InstanceInfo>> ResumeAsync(string id, CancellationToken cancellationToken) =>
        DoAsync(id, async _ => Result(await runtime.ResumeAsync(id, cancellationToken)), cancellationToken);

    /// <summary>Retries what faulted; a quarantined instance runs again as it is.</summary>
    public Task<Answer<InstanceInfo>> RetryAsync(string id, string? activity, CancellationToken cancellationToken) => DoAsync(
        id,
        async record => activity is null && record.QuarantineReason is not null
            ? new OperationResult(await runtime.LiftQuarantineAsync(id, cancellationToken) ? OperationOutcome.Applied : OperationOutcome.Finished)
            : await runtime.RetryAsync(id, activity, cancellationToken),
        cancellationToken);

    /// <summary>Skips something; a quarantined instance then runs on without it.</summary>
    public Task<Answer<InstanceInfo>> SkipAsync(string id, SkipActivityRequest request, CancellationToken cancellationToken) => DoAsync(
        id,
        async record =>
        {
            var skipped = await runtime.SkipAsync(id, request.Activity, request.Outcomes, cancellationToken);
            if (skipped.IsApplied && record.QuarantineReason is not null)
            {
                await runtime.LiftQuarantineAsync(id, cancellationToken);
            }

            return skipped;
        },
        cancellationToken);

    public async Task<Answer<InstanceInfo>> SetVariableAsync(string id, string name, SetVariableRequest request, CancellationToken cancellationToken)
    {
        if (request.Value.ValueKind == JsonValueKind.Undefined)
        {
            return Refusal.BadRequest("The body is {\"value\": ...}: any JSON value, null, too.");
        }

        return await DoAsync(
            id,
            async _ => await runtime.SetVariableAsync(id, name, JsonSerializer.SerializeToNode(request.Value), request.Execution, cancellationToken),
            cancellationToken);
    }

    private async Task<Answer<InstanceInfo>> DoAsync(string id, Func<InstanceRecord, Task<OperationResult>> act, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(id, cancellationToken) is not { } record)
        {
            return Refusal.NotFound($"There is no workflow instance '{id}'.");
        }

        if (record is { Status: InstanceStatus.Faulted, CorrelationId: { } correlation }
            && await delivery.GetReleaseAsync(correlation, cancellationToken) is { IsOver: true } release)
        {
            return Refusal.Conflict($"Release {release.Id} ended {release.Status} and gave its application up, so its workflow cannot go on: start the release again.");
        }

        var result = await act(record);
        return result.Outcome switch
        {
            OperationOutcome.Applied => WorkflowInfos.Of((await store.GetInstanceAsync(id, cancellationToken))!),
            OperationOutcome.NotFound => Refusal.NotFound($"There is no workflow instance '{id}'."),
            OperationOutcome.Finished => Refusal.Conflict($"Instance {id} is over: it is {record.Status}."),
            _ => Refusal.Conflict($"Instance {id} is {record.Status}. {result.Reason}"),
        };
    }

    private static OperationResult Result(PostOutcome posted) => new(posted switch
    {
        PostOutcome.NotFound => OperationOutcome.NotFound,
        PostOutcome.Finished => OperationOutcome.Finished,
        _ => OperationOutcome.Applied,
    });
}
