using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Events and tasks.</summary>
internal static class SignalRoutes
{
    private const int MaxText = 200;

    public static void MapElsaSignals(this IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/events/{eventName}/trigger", TriggerAsync).WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Publish).Audited("event.publish");
        elsa.MapPost("/tasks/{taskId}/complete", CompleteAsync).WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Publish).Audited("task.complete");
    }

    private static async Task<IResult> TriggerAsync(string eventName, HttpContext context, WorkflowRuntime runtime, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<TriggerRequest>(context, cancellationToken);
        var name = RouteText.Id(eventName);
        context.AuditSubject(name, request.WorkflowInstanceId ?? request.CorrelationId);
        if (new[] { name, request.WorkflowInstanceId, request.CorrelationId }.Any(t => t?.Length > MaxText))
        {
            return Refusal.BadRequest($"An event's name, 'workflowInstanceId' and 'correlationId' have at most {MaxText} characters.").ToResult();
        }

        if (request.ActivityInstanceId is { Length: > 0 })
        {
            return Refusal.Unprocessable("An event reaches all activities of an instance that wait for it: name the instance by 'workflowInstanceId', and leave 'activityInstanceId' out.").ToResult();
        }

        var stimulus = new Stimulus(EventStimulus.Key(name), Node(request.Input)) { By = Caller.NameOf(context.User) };
        var key = $"event:{Guid.CreateVersion7(time.GetUtcNow()):N}:{name}";
        if (request.WorkflowInstanceId is { Length: > 0 } instance)
        {
            return Told(instance, await runtime.SignalAsync(instance, stimulus, key, cancellationToken));
        }

        var published = await runtime.PublishAsync(stimulus, string.IsNullOrEmpty(request.CorrelationId) ? null : request.CorrelationId, key, cancellationToken);
        return published.NotTaken is { Count: > 0 } full
            ? Refusal.Conflict($"Not all took the event: the inbox of {string.Join(", ", full.Take(10))} is full, or the event is too large.").ToResult()
            : TypedResults.Ok();
    }

    private static IResult Told(string instance, PostOutcome outcome) => outcome switch
    {
        PostOutcome.Posted or PostOutcome.Duplicate => TypedResults.Ok(),
        PostOutcome.NotFound => InstanceEnds.Unknown(instance).ToResult(),
        PostOutcome.Finished => Refusal.Conflict($"Instance {instance} is over: nobody waits for the event.").ToResult(),
        _ => Refusal.Conflict($"Instance {instance} did not take the event: its inbox is full, or the event is too large.").ToResult(),
    };

    private static async Task<IResult> CompleteAsync(string taskId, HttpContext context, WorkflowRuntime runtime, CancellationToken cancellationToken)
    {
        var task = RouteText.Id(taskId);
        context.AuditSubject(task);
        var request = await ElsaBody.ReadAsync<TaskResult>(context, cancellationToken);
        return await runtime.CompleteTaskAsync(task, Node(request.Result), cancellationToken) switch
        {
            TaskOutcome.Completed or TaskOutcome.AlreadyCompleted => TypedResults.Ok(),
            TaskOutcome.NoLongerWanted => Refusal.Conflict($"Nobody waits for task '{task}' any longer: its workflow went another way, was cancelled, or has ended.").ToResult(),
            TaskOutcome.TooLarge => Refusal.BadRequest($"The result of task '{task}' is larger or nested deeper than a message may be.").ToResult(),
            _ => Refusal.NotFound($"There is no task '{task}': GET /api/v1/tasks lists the open ones.").ToResult(),
        };
    }

    private static JsonNode? Node(JsonElement? element) => element is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } given
        ? WellFormedJson.Checked(JsonSerializer.SerializeToNode(given), isSuspect: true)
        : null;
}

internal sealed record TriggerRequest
{
    public string? WorkflowInstanceId { get; init; }
    public string? CorrelationId { get; init; }

    /// <summary>Is refused.</summary>
    public string? ActivityInstanceId { get; init; }
    public JsonElement? Input { get; init; }
}

internal sealed record TaskResult
{
    public JsonElement? Result { get; init; }
}
