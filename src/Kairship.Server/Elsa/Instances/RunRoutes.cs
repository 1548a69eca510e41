using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Execute and dispatch.</summary>
internal static class RunRoutes
{
    /// <summary>Studio goes to the instance that this names.</summary>
    public const string InstanceHeader = "x-elsa-workflow-instance-id";

    /// <summary>Studio says that it cannot be started, instead of going nowhere.</summary>
    public const string CannotStartHeader = "x-elsa-workflow-cannot-start";
    private const string KeyHeader = "Idempotency-Key";
    private const int MaxKey = 200;

    /// <summary>Long enough for what does no work outside to reach its first wait; whoever runs longer is watched live, which needs the answer first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static void MapElsaRuns(this IEndpointRouteBuilder elsa)
    {
        var definitions = elsa.MapGroup("/workflow-definitions/{definitionId}").RequireAuthorization(Policies.Publish).WithMetadata(BodyLimit.OneMegabyte);
        definitions.MapPost("/execute", ExecuteAsync).Audited("workflow.run");
        definitions.MapPost("/dispatch", DispatchAsync).Audited("workflow.run");
        definitions.MapPost("/bulk-dispatch", DispatchManyAsync).Audited("workflow.run");
        elsa.MapElsaSignals();
        elsa.MapElsaTests();
    }

    /// <summary>Answers with the state at the first wait, at the end, or as it is after a second; then the run goes on.</summary>
    private static async Task<IResult> ExecuteAsync(
        string definitionId, HttpContext context, WorkflowRuns runs, InstanceWaiter waiter, InstanceReader reader, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<RunRequest>(context, cancellationToken);
        var started = await StartAsync(definitionId, context, runs, request with { InstanceId = null }, "", cancellationToken);
        if (started.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var id = started.Granted.InstanceId;
        await waiter.WaitAsync(id, InstanceWaiter.HasSettled, Patience, cancellationToken);
        return await reader.FindAsync(id, cancellationToken) is { } view
            ? TypedResults.Json(new { WorkflowState = WorkflowStates.State(view) }, ElsaJson.Options)
            : Refusal.Conflict($"Instance {id}, which this key started, is pruned.").ToResult();
    }

    private static async Task<IResult> DispatchAsync(string definitionId, HttpContext context, WorkflowRuns runs, CancellationToken cancellationToken)
    {
        var started = await StartAsync(definitionId, context, runs, await ElsaBody.ReadAsync<RunRequest>(context, cancellationToken), "", cancellationToken);
        return started.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Json(new { WorkflowInstanceId = started.Granted.InstanceId }, ElsaJson.Options);
    }

    private static async Task<IResult> DispatchManyAsync(string definitionId, HttpContext context, WorkflowRuns runs, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<RunRequest>(context, cancellationToken);
        if (request.Count is < 1 or > WorkflowRuns.MaxCount)
        {
            return Refusal.BadRequest($"'count' is a number from 1 to {WorkflowRuns.MaxCount}, not {request.Count}.").ToResult();
        }

        var ids = new List<string>();
        for (var i = 0; i < (request.Count ?? 1); i++)
        {
            var started = await StartAsync(definitionId, context, runs, request with { InstanceId = null }, $":{i}", cancellationToken);
            if (started.Refusal is { } refusal)
            {
                // What stands in the way of one stands in the way of all; those that run already are in the list of instances.
                return refusal.ToResult();
            }

            ids.Add(started.Granted.InstanceId);
        }

        context.AuditSubject(RouteText.Id(definitionId), $"{ids.Count} instances, the first {ids[0]}");
        return TypedResults.Json(new { WorkflowInstanceIds = ids }, ElsaJson.Options);
    }

    private static async Task<Answer<StartedRun>> StartAsync(
        string definitionId, HttpContext context, WorkflowRuns runs, RunRequest request, string which, CancellationToken cancellationToken)
    {
        var definition = RouteText.Id(definitionId);
        var key = context.Request.Headers[KeyHeader].ToString();
        context.AuditSubject(definition);
        var started = key.Length > MaxKey
            ? Refusal.BadRequest($"{KeyHeader} has at most {MaxKey} characters.")
            : await runs.StartAsync(definition, request, Caller.NameOf(context.User), key.Length > 0 ? $"run:{Caller.NameOf(context.User)}:{key}{which}" : null, cancellationToken);
        context.AuditSubject(definition, started.Value?.InstanceId);
        context.Response.Headers.AccessControlExposeHeaders = $"{InstanceHeader}, {CannotStartHeader}";
        context.Response.Headers[CannotStartHeader] = started.Value is null ? "true" : "false";
        if (started.Value is { } run)
        {
            context.Response.Headers[InstanceHeader] = run.InstanceId;
        }

        return started;
    }
}
