using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>What changes one definition.</summary>
internal static class DefinitionEditRoutes
{
    public static void MapDefinitionEdits(this IEndpointRouteBuilder elsa)
    {
        var definitions = elsa.MapGroup("/workflow-definitions");
        definitions.MapPost("", SaveAsync).RequireAuthorization(Policies.Design).Audited(WorkflowAudit.SaveDraft);
        definitions.MapPost("/{definitionId}/publish", PublishAsync).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Publish);
        definitions.MapPost("/{definitionId}/retract", RetractAsync).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Retract);
        definitions.MapPost("/{definitionId}/revert/{version:int}", RevertAsync).RequireAuthorization(Policies.Design).Audited(WorkflowAudit.Revert);
        definitions.MapPost("/{definitionId}/versions/{version:int}/revert", RevertAsync).RequireAuthorization(Policies.Design).Audited(WorkflowAudit.Revert);
        definitions.MapPost("/{definitionId}/update-references", UpdateReferencesAsync).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.UpdateReferences);
        definitions.MapDelete("/{definitionId}", async (string definitionId, HttpContext context, DefinitionCatalog catalog, CancellationToken cancellationToken) =>
            Deleted(await catalog.DeleteAsync(RouteText.Id(definitionId), cancellationToken), RouteText.Id(definitionId), context))
            .RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Delete);
        elsa.MapDelete("/workflow-definition-versions/{id}", DeleteVersionAsync).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Delete);
    }

    private static async Task<IResult> SaveAsync(HttpContext context, DefinitionSaving saving, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        WorkflowDefinition document;
        try
        {
            document = WorkflowDefinition.Parse(await BodyAsync(context, cancellationToken));
        }
        catch (DefinitionFormatException e)
        {
            return DefinitionAnswers.Malformed(e);
        }

        var publish = document.PublishRequested == true;
        context.AuditSubject(document.DefinitionId);
        if (publish)
        {
            context.AuditAction(WorkflowAudit.Publish);
            if (WorkflowRightsOf.Caller(context.User) < WorkflowRights.Publish)
            {
                return Refusal.Forbidden($"Your draft can be saved, but publishing it decides what runs. {Policies.Explain(Policies.Publish)}").Shown();
            }
        }

        var result = await saving.SaveAsync(new DesignerSave(document, publish, Editor(context)), cancellationToken);
        context.AuditDefinition(result, publish);
        var updated = result.Outcome == DefinitionOutcome.Done && publish ? await consumers.FollowAsync(result.Definition!, cancellationToken) : [];
        return DefinitionAnswers.Saved(result, document, context, publish, context.AuditConsumers(updated).Count);
    }

    private static async Task<IResult> PublishAsync(string definitionId, HttpContext context, DefinitionCatalog catalog, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        var result = await catalog.PublishAsync(RouteText.Id(definitionId), null, cancellationToken);
        context.AuditDefinition(result, publish: true);
        var updated = result.Outcome == DefinitionOutcome.Done ? await consumers.FollowAsync(result.Definition!, cancellationToken) : [];
        return DefinitionAnswers.Saved(result, null, context, publish: true, context.AuditConsumers(updated).Count);
    }

    private static async Task<IResult> RetractAsync(string definitionId, HttpContext context, DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        var result = await catalog.RetractAsync(RouteText.Id(definitionId), cancellationToken);
        context.AuditDefinition(result, publish: false);
        return result.Outcome switch
        {
            DefinitionOutcome.Done => DefinitionAnswers.Whole(result.Definition!, context),
            DefinitionOutcome.Unchanged => ElsaRefusals.Shown(result.Reason!),
            _ => DefinitionAnswers.Refused(result, null),
        };
    }

    private static async Task<IResult> RevertAsync(string definitionId, int version, HttpContext context, DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        var result = await catalog.RevertAsync(RouteText.Id(definitionId), version, cancellationToken);
        context.AuditDefinition(result, publish: false);
        return result.Succeeded
            ? DefinitionAnswers.Json(DefinitionView.Summary(result.Definition!, WorkflowRightsOf.Caller(context.User)))
            : DefinitionAnswers.Refused(result, null);
    }

    private static async Task<IResult> UpdateReferencesAsync(
        string definitionId, HttpContext context, IWorkflowStore store, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        var id = RouteText.Id(definitionId);
        context.AuditSubject(id);
        if (await store.FindDefinitionAsync(id, VersionOption.LatestOnly, cancellationToken) is null)
        {
            return Refusal.NotFound($"There is no workflow '{id}'.").ToResult();
        }

        return DefinitionAnswers.Json(new { AffectedWorkflows = context.AuditConsumers(await consumers.UpdateAsync(id, cancellationToken)) });
    }

    private static async Task<IResult> DeleteVersionAsync(string id, HttpContext context, IWorkflowStore store, DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        if (await store.GetDefinitionVersionAsync(RouteText.Id(id), cancellationToken) is not { } version)
        {
            return Refusal.NotFound($"There is no version '{id}' of any workflow.").ToResult();
        }

        return Deleted(await catalog.DeleteVersionAsync(version.DefinitionId, version.Version, cancellationToken), version.DefinitionId, context, version.Version);
    }

    private static IResult Deleted(DefinitionResult result, string definitionId, HttpContext context, int? version = null)
    {
        context.AuditSubject(definitionId, version is null ? null : $"version {version}");
        return result.Outcome switch
        {
            DefinitionOutcome.Done => TypedResults.NoContent(),
            DefinitionOutcome.NotFound => Refusal.NotFound(result.Reason!).ToResult(),
            _ => Refusal.Conflict(result.Reason ?? "It cannot be deleted.").ToResult(),
        };
    }

    /// <summary>A key may be several people's; they rarely share the address and the browser, too.</summary>
    private static string Editor(HttpContext context) =>
        string.Join('\n', Caller.NameOf(context.User), context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent.ToString());

    private static async Task<string> BodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
