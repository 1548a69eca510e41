using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Workflows;

internal static class DefinitionEndpoints
{
    public static void MapDefinitions(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/workflows").WithTags("Workflows");
        workflows.MapPost("/validate", async (HttpContext context, DefinitionService service, CancellationToken cancellationToken) =>
            TypedResults.Ok(await service.ValidateAsync(await BodyAsync(context, cancellationToken), cancellationToken))).WithSummary("Checks a definition without saving it")
            .Accepts<object>("application/json").RequireAuthorization(Policies.Read);
        workflows.MapGet("/{id}/problems", async (string id, DefinitionProblems problems, CancellationToken cancellationToken, int? version = null) =>
            (await problems.OfAsync(RouteText.Id(id), version, cancellationToken)).ToOk())
            .WithSummary("What the check at publishing says of the latest version, or of ?version=, and at which activity").RequireAuthorization(Policies.Read);
        workflows.MapGet("/{id}/versions", async (string id, DefinitionService service, Paging paging, CancellationToken cancellationToken) =>
            (await service.ListVersionsAsync(RouteText.Id(id), paging, cancellationToken)).ToOk()).WithSummary("Its versions, newest first").RequireAuthorization(Policies.Read);
        workflows.MapGet("/{id}/diff", async (string id, DefinitionDifferences differences, CancellationToken cancellationToken, int? from = null, int? to = null) =>
            (await differences.BetweenAsync(RouteText.Id(id), from, to, cancellationToken)).ToOk())
            .WithSummary("What a version (?to=; the latest) changes of another (?from=; the published one, or the one before ?to=)").RequireAuthorization(Policies.Read);
        workflows.MapPut("/{id}/draft", async (string id, HttpContext context, DefinitionService service, CancellationToken cancellationToken) =>
            Told(context, await service.SaveDraftAsync(RouteText.Id(id), await BodyAsync(context, cancellationToken), Expected(context), cancellationToken)))
            .WithSummary("Saves a draft, complete or not. If-Match: the content hash that was edited; 409 when somebody else has changed it since").Accepts<object>("application/json")
            .RequireAuthorization(Policies.Design).Audited(WorkflowAudit.SaveDraft);
        workflows.MapPost("/{id}/publish", async (string id, HttpContext context, DefinitionService service, CancellationToken cancellationToken) =>
            Told(context, await service.PublishAsync(RouteText.Id(id), Expected(context), cancellationToken), publish: true))
            .WithSummary("Publishes the latest version; 422 names what is wrong").RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Publish);
        workflows.MapPost("/{id}/retract", async (string id, HttpContext context, DefinitionService service, CancellationToken cancellationToken) =>
            Told(context, await service.RetractAsync(RouteText.Id(id), cancellationToken)))
            .WithSummary("Nothing starts by it any more; what runs goes on").RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Retract);
        workflows.MapPost("/{id}/revert/{version:int}", async (string id, int version, HttpContext context, DefinitionService service, CancellationToken cancellationToken) =>
            Told(context, await service.RevertAsync(RouteText.Id(id), version, cancellationToken)))
            .WithSummary("A new draft with the content of an older version").RequireAuthorization(Policies.Design).Audited(WorkflowAudit.Revert);
        workflows.MapDelete("/{id}", DeleteAsync).WithSummary("Deletes it, or with ?version= one version; 409 while instances need it")
            .RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Delete);
        api.MapGet("/workflow-export", ExportAsync).WithTags("Workflows").WithSummary("The latest version of each definition, or of ?ids=a,b, as a zip")
            .Produces<byte[]>(contentType: "application/zip").RequireAuthorization(Policies.Read);
        api.MapPost("/workflow-import", ImportAsync).WithTags("Workflows").WithSummary("Imports and publishes all definitions of a zip or a JSON array")
            .Accepts<byte[]>("application/zip", "application/json").WithMetadata(BodyLimit.Bundle).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Import);
        api.MapPost("/instances/{id}/migrate", async (string id, MigrateRequest request, DefinitionService service, CancellationToken cancellationToken, bool dryRun = false) =>
            (await service.MigrateAsync(RouteText.Id(id), request, dryRun, cancellationToken)).ToOk()).WithTags("Instances")
            .WithSummary("Takes it to another version of its definition; nothing that completed runs again. ?dryRun=true only looks")
            .RequireAuthorization(Policies.Administer).Audited("instance.migrate");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, DefinitionService service, CancellationToken cancellationToken, int? version = null) =>
        await service.DeleteAsync(RouteText.Id(id), version, cancellationToken) is { } refusal ? refusal.ToResult() : TypedResults.NoContent();

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ExportAsync(DefinitionService service, CancellationToken cancellationToken, string? ids = null)
    {
        var (zip, refusal) = await service.ExportAsync(ids, cancellationToken);
        return refusal is not null ? refusal.ToResult() : TypedResults.File(zip!, "application/zip", "workflow-definitions.zip");
    }

    private static async Task<Results<Ok<PageOf<ImportedEntry>>, ProblemHttpResult>> ImportAsync(
        HttpContext context, WorkflowService workflows, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        var (refusal, outcomes) = await workflows.ImportBundleAsync(body.ToArray(), cancellationToken);
        if (refusal is not null)
        {
            context.AuditSubject("bundle");
            return refusal.ToResult();
        }

        BundleImport.Audit(outcomes, context);
        return TypedResults.Ok(new PageOf<ImportedEntry>(
            [.. outcomes.Select(o => new ImportedEntry(
                o.Entry.Name, o.Result.Definition is { } definition ? WorkflowInfos.Of(definition) : null, o.Result.Changed, [.. o.Result.Problems.Select(WorkflowInfos.Of)]))],
            outcomes.Count));
    }

    private static Results<Ok<ChangedWorkflow>, ProblemHttpResult> Told(HttpContext context, ToldChange change, bool publish = false)
    {
        context.AuditDefinition(change.Result, publish);
        return change.Answer.ToOk();
    }

    private static string? Expected(HttpContext context) => context.Request.Headers.IfMatch.ToString().Trim() is { Length: > 0 } tag ? tag.Trim('"') : null;

    private static async Task<string> BodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
