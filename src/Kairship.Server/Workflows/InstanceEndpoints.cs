using Kairship.Api.Workflows;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kairship.Server.Workflows;

/// <summary>The operations on one instance: for admins, and audited.</summary>
internal static class InstanceEndpoints
{
    public static void MapOperations(this RouteGroupBuilder instances)
    {
        Operation(instances.MapPost("/{id}/pause", async (string id, InstanceOperations operations, CancellationToken cancellationToken) =>
            (await operations.PauseAsync(RouteText.Id(id), cancellationToken)).ToOk()), "pause", "Starts nothing new; what runs is finished, signals wait");
        Operation(instances.MapPost("/{id}/resume", async (string id, InstanceOperations operations, CancellationToken cancellationToken) =>
            (await operations.ResumeAsync(RouteText.Id(id), cancellationToken)).ToOk()), "resume", "Goes on after a pause");
        Operation(instances.MapPost("/{id}/retry", RetryAsync), "retry", "Runs what faulted again, all or one activity, or lifts a quarantine");
        Operation(instances.MapPost("/{id}/skip", SkipAsync), "skip", "Ends an activity as if it had completed, without doing it");
        Operation(instances.MapPut("/{id}/variables/{name}", SetVariableAsync), "set-variable", "Gives a variable another value");
    }

    private static void Operation(RouteHandlerBuilder route, string name, string summary) =>
        route.WithSummary(summary).RequireAuthorization(Policies.Administer).Audited($"instance.{name}");

    private static async Task<Results<Ok<InstanceInfo>, ProblemHttpResult>> RetryAsync(
        string id, [FromBody] RetryInstanceRequest? request, InstanceOperations operations, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(RouteText.Id(id), request?.Activity);
        return (await operations.RetryAsync(RouteText.Id(id), request?.Activity, cancellationToken)).ToOk();
    }

    private static async Task<Results<Ok<InstanceInfo>, ProblemHttpResult>> SkipAsync(
        string id, SkipActivityRequest request, InstanceOperations operations, HttpContext context, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Activity))
        {
            return Refusal.BadRequest("The body is {\"activity\": \"<activity or execution id>\", \"outcomes\": [\"Done\"]}: 'activity' is missing.").ToResult();
        }

        context.AuditSubject(RouteText.Id(id), request.Activity);
        return (await operations.SkipAsync(RouteText.Id(id), request, cancellationToken)).ToOk();
    }

    private static async Task<Results<Ok<InstanceInfo>, ProblemHttpResult>> SetVariableAsync(
        string id, string name, SetVariableRequest request, InstanceOperations operations, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(RouteText.Id(id), RouteText.Id(name));
        return (await operations.SetVariableAsync(RouteText.Id(id), RouteText.Id(name), request, cancellationToken)).ToOk();
    }
}
