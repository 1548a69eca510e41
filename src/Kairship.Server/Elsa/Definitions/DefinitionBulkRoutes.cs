using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

internal sealed record ByDefinitionIds(IReadOnlyList<string?>? DefinitionIds);

internal sealed record ByIds(IReadOnlyList<string?>? Ids, bool IncludeConsumingWorkflows = false);

/// <param name="Failed">What was refused, and why: Elsa says nothing about that.</param>
internal sealed record BulkPublished(
    IReadOnlyList<string> Published, IReadOnlyList<string> AlreadyPublished, IReadOnlyList<string> NotFound, IReadOnlyList<string> UpdatedConsumers, IReadOnlyList<string> Failed);

/// <param name="Failed">What was refused, and why: Elsa says nothing about that.</param>
internal sealed record BulkRetracted(IReadOnlyList<string> Retracted, IReadOnlyList<string> AlreadyRetracted, IReadOnlyList<string> NotFound, IReadOnlyList<string> Failed);

/// <summary>Many definitions at once: each for itself, each with its line in the audit.</summary>
internal static class DefinitionBulkRoutes
{
    private const int Most = 1000;

    public static void MapDefinitionBulkActions(this IEndpointRouteBuilder elsa)
    {
        var bulk = elsa.MapGroup("/bulk-actions").RequireAuthorization(Policies.Publish);
        bulk.MapPost("/publish/workflow-definitions/by-definition-ids", PublishAsync).WithMetadata(BodyLimit.OneMegabyte).Audited(WorkflowAudit.Publish);
        bulk.MapPost("/retract/workflow-definitions/by-definition-ids", RetractAsync).WithMetadata(BodyLimit.OneMegabyte).Audited(WorkflowAudit.Retract);
        bulk.MapPost("/delete/workflow-definitions/by-definition-id", DeleteAsync).WithMetadata(BodyLimit.OneMegabyte).Audited(WorkflowAudit.Delete);
        bulk.MapPost("/delete/workflow-definitions/by-id", DeleteVersionsAsync).WithMetadata(BodyLimit.OneMegabyte).Audited(WorkflowAudit.Delete);
        elsa.MapPost("/bulk-actions/export/workflow-definitions", ExportAsync).WithMetadata(BodyLimit.OneMegabyte);
    }

    private static async Task<IResult> PublishAsync(
        ByDefinitionIds request, HttpContext context, DefinitionCatalog catalog, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        var (published, already, missing, updated, failed) = (new List<string>(), new List<string>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var id in Ids(request.DefinitionIds, "definitionIds"))
        {
            var result = await catalog.PublishAsync(id, null, cancellationToken);
            (result.Outcome switch
            {
                DefinitionOutcome.Done => published,
                DefinitionOutcome.Unchanged => already,
                DefinitionOutcome.NotFound => missing,
                _ => failed,
            }).Add(result.Outcome is DefinitionOutcome.Done or DefinitionOutcome.Unchanged or DefinitionOutcome.NotFound ? id : $"{id}: {Why(result)}");
            if (result.Outcome == DefinitionOutcome.Done)
            {
                context.AuditAlso(WorkflowAudit.Publish, id, WorkflowAudit.Detail(result));
                updated.AddRange(context.AuditConsumers(await consumers.FollowAsync(result.Definition!, cancellationToken)));
            }
        }

        context.AuditSubject("bulk", $"{published.Count} published, {failed.Count} refused");
        return DefinitionAnswers.Json(new BulkPublished(published, already, missing, updated, failed));
    }

    private static async Task<IResult> RetractAsync(ByDefinitionIds request, HttpContext context, DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        var (retracted, already, missing, failed) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var id in Ids(request.DefinitionIds, "definitionIds"))
        {
            var result = await catalog.RetractAsync(id, cancellationToken);
            switch (result.Outcome)
            {
                case DefinitionOutcome.Done:
                    retracted.Add(id);
                    context.AuditAlso(WorkflowAudit.Retract, id, WorkflowAudit.Detail(result));
                    break;
                case DefinitionOutcome.Unchanged:
                    already.Add(id);
                    break;
                case DefinitionOutcome.NotFound:
                    missing.Add(id);
                    break;
                default:
                    failed.Add($"{id}: {Why(result)}");
                    break;
            }
        }

        context.AuditSubject("bulk", $"{retracted.Count} retracted, {failed.Count} refused");
        return DefinitionAnswers.Json(new BulkRetracted(retracted, already, missing, failed));
    }

    private static async Task<IResult> DeleteAsync(ByDefinitionIds request, HttpContext context, DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        var failed = new List<string>();
        var deleted = 0;
        foreach (var id in Ids(request.DefinitionIds, "definitionIds"))
        {
            deleted += Count(await catalog.DeleteAsync(id, cancellationToken), id, null, failed, context);
        }

        return Deleted(deleted, failed, context);
    }

    private static async Task<IResult> DeleteVersionsAsync(ByIds request, HttpContext context, IWorkflowStore store, DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        var failed = new List<string>();
        var deleted = 0;
        foreach (var id in Ids(request.Ids, "ids"))
        {
            if (await store.GetDefinitionVersionAsync(id, cancellationToken) is { } version)
            {
                deleted += Count(await catalog.DeleteVersionAsync(version.DefinitionId, version.Version, cancellationToken), version.DefinitionId, version.Version, failed, context);
            }
        }

        return Deleted(deleted, failed, context);
    }

    private static int Count(DefinitionResult result, string definitionId, int? version, List<string> failed, HttpContext context)
    {
        if (result.Outcome == DefinitionOutcome.Done)
        {
            context.AuditAlso(WorkflowAudit.Delete, definitionId, version is null ? null : $"version {version}");
            return 1;
        }

        if (result.Outcome != DefinitionOutcome.NotFound)
        {
            failed.Add($"{definitionId}: {Why(result)}");
        }

        return 0;
    }

    private static IResult Deleted(int deleted, List<string> failed, HttpContext context)
    {
        context.AuditSubject("bulk", $"{deleted} deleted, {failed.Count} refused");
        return DefinitionAnswers.Json(new { Deleted = deleted, Failed = failed.Count == 0 ? null : failed });
    }

    private static async Task<IResult> ExportAsync(ByIds request, IWorkflowStore store, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        var versions = new List<DefinitionRecord>();
        foreach (var id in Ids(request.Ids, "ids").Take(DefinitionBundle.MaxDefinitions))
        {
            if (await store.GetDefinitionVersionAsync(id, cancellationToken) is { } version)
            {
                versions.Add(version);
            }
        }

        return versions.Count == 0
            ? Refusal.NotFound("There is none of these versions.").ToResult()
            : await DefinitionTransferRoutes.FilesAsync(versions, request.IncludeConsumingWorkflows, consumers, cancellationToken);
    }

    private static IReadOnlyList<string> Ids(IReadOnlyList<string?>? ids, string name) =>
        ids is null ? throw new BadHttpRequestException($"'{name}' is a list of ids.")
        : ids.Count > Most ? throw new BadHttpRequestException($"'{name}' has {ids.Count} ids: at most {Most} are taken at once.")
        : [.. ids.OfType<string>().Distinct(StringComparer.Ordinal)];

    private static string Why(DefinitionResult result) =>
        result.Problems.FirstOrDefault(p => p.IsError) is { } problem ? $"{result.Reason} {problem.Message}" : result.Reason ?? result.Outcome.ToString();
}
