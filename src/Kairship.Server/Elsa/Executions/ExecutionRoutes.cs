using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Elsa.Executions;

/// <summary>What each activity of an instance did.</summary>
internal static class ExecutionRoutes
{
    public static void MapElsaExecutions(this IEndpointRouteBuilder elsa)
    {
        elsa.MapGet("/activity-executions/list", async (
            ExecutionQueries queries, CancellationToken cancellationToken, string? workflowInstanceId = null, string? activityNodeId = null, string? status = null) =>
            workflowInstanceId is null ? WhichInstance() : Json(await queries.ListAsync(workflowInstanceId, activityNodeId, status, cancellationToken)));
        elsa.MapGet("/activity-execution-summaries/list", async (
            ExecutionQueries queries, CancellationToken cancellationToken, string? workflowInstanceId = null, string? activityNodeId = null) =>
            workflowInstanceId is null ? WhichInstance() : Json(await queries.ListSummariesAsync(workflowInstanceId, activityNodeId, cancellationToken)));
        elsa.MapGet("/activity-executions/by-id", async (ExecutionQueries queries, CancellationToken cancellationToken, string? id = null) =>
            id is null ? Refusal.BadRequest("Which one? ?id=<id of an activity execution>.").ToResult() : Answered(await queries.GetAsync(id, cancellationToken)));
        elsa.MapPost("/activity-executions/report", async (ReportRequest request, ExecutionQueries queries, CancellationToken cancellationToken) =>
            Answered(await queries.ReportAsync(request, cancellationToken))).WithMetadata(BodyLimit.OneMegabyte);
        elsa.MapGet("/activity-executions/{id}/call-stack", async (
            string id, ExecutionQueries queries, CancellationToken cancellationToken, int? skip = null, int? take = null) =>
            Answered(await queries.CallStackAsync(RouteText.Id(id), skip, take, cancellationToken)));
        elsa.MapElsaRetries();
    }

    public static void AddElsaExecutions(this IServiceCollection services)
    {
        services.AddSingleton<ExecutionBooks>();
        services.AddSingleton<ExecutionDetails>();
        services.AddSingleton<ExecutionQueries>();
    }

    private static IResult WhichInstance() => Refusal.BadRequest("Of which instance? ?WorkflowInstanceId=<id>.").ToResult();

    private static IResult Answered<T>(Answer<T> answer)
        where T : class =>
        answer.Refusal is { } refusal ? refusal.ToResult() : Json(answer.Granted);

    private static JsonHttpResult<T> Json<T>(T value) => TypedResults.Json(value, ElsaJson.Options);
}
