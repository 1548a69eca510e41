using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Workflows;

internal static class WorkflowEndpoints
{
    public static void MapWorkflows(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/workflows").WithTags("Workflows");
        workflows.MapGet("", async (WorkflowService service, Paging paging, CancellationToken cancellationToken) =>
            TypedResults.Ok(await service.ListAsync(paging, cancellationToken))).WithSummary("The latest version of every definition").RequireAuthorization(Policies.Read);
        workflows.MapGet("/{id}", GetAsync).WithSummary("A definition as Elsa 3 JSON").RequireAuthorization(Policies.Read);
        workflows.MapMethods("", [HttpMethods.Put, HttpMethods.Post], ImportAsync).WithSummary("Imports and publishes a definition; 422 names what is wrong")
            .Accepts<object>("application/json").Produces<ImportedWorkflow>().RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Import);
        api.MapGet("/workflow-files", (WorkflowFolder folder) =>
            TypedResults.Ok(new PageOf<WorkflowFileInfo>(folder.Files, folder.Files.Count))).WithTags("Workflows")
            .WithSummary("How the files of the workflow folder were taken").RequireAuthorization(Policies.Read);

        var instances = api.MapGroup("/instances").WithTags("Instances");
        instances.MapGet("", async (
            InstanceService service, Paging paging, CancellationToken cancellationToken, string? definition = null, string? correlationId = null, string? status = null) =>
            (await service.ListAsync(definition, correlationId, status, paging, cancellationToken)).ToOk()).WithSummary("Newest first").RequireAuthorization(Policies.Read);
        instances.MapGet("/{id}", async (string id, InstanceService service, CancellationToken cancellationToken) =>
            (await service.GetAsync(RouteText.Id(id), cancellationToken)).ToOk()).WithSummary("One instance with the begin of its journal").RequireAuthorization(Policies.Read);
        instances.MapGet("/{id}/journal", async (string id, InstanceService service, Paging paging, CancellationToken cancellationToken) =>
            (await service.GetJournalAsync(RouteText.Id(id), paging, cancellationToken)).ToOk()).WithSummary("Its journal, oldest first").RequireAuthorization(Policies.Read);
        instances.MapPost("/{id}/cancel", async (string id, InstanceService service, CancellationToken cancellationToken) =>
            (await service.CancelAsync(RouteText.Id(id), cancellationToken)).ToOk())
            .WithSummary("Ends it where it is").RequireAuthorization(Policies.Administer).Audited("instance.cancel");
        instances.MapOperations();
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> GetAsync(
        string id, WorkflowService service, CancellationToken cancellationToken, int? version = null)
    {
        var answer = await service.GetAsync(RouteText.Id(id), version, cancellationToken);
        return answer.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Content(answer.Granted, "application/json");
    }

    private static async Task<Results<Ok<ImportedWorkflow>, ProblemHttpResult>> ImportAsync(
        HttpContext context, WorkflowService service, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(context.Request.Body);
        var (answer, result) = await service.ImportAsync(await reader.ReadToEndAsync(cancellationToken), cancellationToken);
        context.AuditSubject(result?.Definition?.DefinitionId, result is null ? null : WorkflowAudit.Detail(result));
        return answer.ToOk();
    }
}
