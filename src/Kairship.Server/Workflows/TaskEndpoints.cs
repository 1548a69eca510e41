using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Triggers;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Workflows;

/// <summary>What workflows ask to be done (Elsa.RunTask).</summary>
internal static class TaskEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks");
        tasks.MapGet("", ListAsync).WithSummary("Open tasks").RequireAuthorization(Policies.Read);
        tasks.MapPost("/{id}/complete", CompleteAsync).WithSummary("Says that a task is done, with its result: {\"result\": ...}. The first result counts")
            .Accepts<object>("application/json").WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Deploy).Audited("task.complete");
    }

    /// <summary>What a task is about may be what journals mask, since who does it needs it: it is shown to those who may.</summary>
    private static async Task<Ok<PageOf<TaskInfo>>> ListAsync(HttpContext context, WorkflowRuntime runtime, Paging paging, CancellationToken cancellationToken)
    {
        var does = Caller.RolesOf(context.User).Any(r => r is Roles.Deployer or Roles.Publisher or Roles.Admin);
        var page = await runtime.ListTasksAsync(new PageRequest(paging.Skip, paging.Take), cancellationToken);
        return TypedResults.Ok(new PageOf<TaskInfo>(
            [.. page.Items.Select(t => new TaskInfo(t.Id, t.Name, does ? t.Payload : null, t.InstanceId, t.DefinitionId, t.CorrelationId, t.ActivityId))], page.Total));
    }

    private static async Task<Results<Ok<CompletedTask>, ProblemHttpResult>> CompleteAsync(string id, HttpContext context, WorkflowRuntime runtime, CancellationToken cancellationToken)
    {
        var task = RouteText.Id(id);
        var body = await JsonPayload.ReadAsync(context.Request, cancellationToken);
        if (body.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        if (body.Granted.Value is not (null or System.Text.Json.Nodes.JsonObject))
        {
            return Refusal.BadRequest("The body is {\"result\": ...}, or nothing.").ToResult();
        }

        return await runtime.CompleteTaskAsync(task, (body.Granted.Value as System.Text.Json.Nodes.JsonObject)?["result"]?.DeepClone(), cancellationToken) switch
        {
            TaskOutcome.Completed => TypedResults.Ok(new CompletedTask(task, Changed: true)),
            TaskOutcome.AlreadyCompleted => TypedResults.Ok(new CompletedTask(task, Changed: false)),
            TaskOutcome.NoLongerWanted => Refusal.Conflict($"Nobody waits for task '{task}' any longer: its workflow went another way, was cancelled, or has ended.").ToResult(),
            TaskOutcome.TooLarge => Refusal.BadRequest($"The result of task '{task}' is larger or nested deeper than a message may be: keep large values outside and pass a reference.").ToResult(),
            _ => Refusal.NotFound($"There is no task '{task}': GET /api/v1/tasks lists the open ones.").ToResult(),
        };
    }
}
