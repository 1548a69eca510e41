using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>
/// Cancelling: who decides what runs decides what no longer does. Deleting takes a run's journal away, which is evidence: that is the administrator's.
/// </summary>
internal static class EndRoutes
{
    public static void MapElsaEnds(this IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/cancel/workflow-instances/{id}", async (string id, HttpContext context, InstanceEnds ends, CancellationToken cancellationToken) =>
            Done(await ends.CancelAsync(RouteText.Id(id), Caller.RolesOf(context.User), cancellationToken), TypedResults.Ok()))
            .RequireAuthorization(Policies.Publish).Audited("instance.cancel");
        elsa.MapPost("/bulk-actions/cancel/workflow-instances", CancelManyAsync).WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Publish).Audited("instance.cancel");
        elsa.MapDelete("/workflow-instances/{id}", async (string id, InstanceEnds ends, CancellationToken cancellationToken) =>
            Done(await ends.DeleteAsync(RouteText.Id(id), cancellationToken), TypedResults.NoContent()))
            .RequireAuthorization(Policies.Administer).Audited("instance.delete");
        elsa.MapPost("/bulk-actions/delete/workflow-instances/by-id", DeleteManyAsync).WithMetadata(BodyLimit.OneMegabyte)
            .RequireAuthorization(Policies.Administer).Audited("instance.delete");
    }

    private static IResult Done(Refusal? refusal, IResult done) => refusal is null ? done : refusal.ToResult();

    private static async Task<IResult> DeleteManyAsync(HttpContext context, InstanceEnds ends, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<ManyInstances>(context, cancellationToken);
        if (request.Problem() is { } problem)
        {
            return problem.ToResult();
        }

        var (deleted, left) = await InstanceEnds.EachAsync(request.Ids!, id => ends.DeleteAsync(id, cancellationToken));
        context.AuditSubject("instances", $"{deleted} deleted, {left.Count} left: {string.Join(", ", request.Ids!)}");
        return TypedResults.Json(new { Deleted = deleted, Left = left }, ElsaJson.Options);
    }

    private static async Task<IResult> CancelManyAsync(HttpContext context, InstanceEnds ends, IWorkflowStore store, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<ManyInstances>(context, cancellationToken);
        if (request is { Ids: null or { Count: 0 } } and not { DefinitionId: null or "", DefinitionVersionId: null or "" })
        {
            request = request with { Ids = await UnderWayAsync(request, store, cancellationToken) };
        }
        else if (request.Problem() is { } problem)
        {
            return problem.ToResult();
        }

        var roles = Caller.RolesOf(context.User);
        var (cancelled, left) = await InstanceEnds.EachAsync(request.Ids!, id => ends.CancelAsync(id, roles, cancellationToken));
        context.AuditSubject("instances", $"{cancelled} cancelled, {left.Count} left: {string.Join(", ", request.Ids!)}");
        return TypedResults.Json(new { Cancelled = cancelled, Left = left }, ElsaJson.Options);
    }

    /// <summary>What runs by a definition, or by one version of it; at most a thousand, so that the call comes to an end: repeat it for more.</summary>
    private static async Task<IReadOnlyList<string>> UnderWayAsync(ManyInstances request, IWorkflowStore store, CancellationToken cancellationToken)
    {
        var definition = request.DefinitionId;
        int? version = null;
        if (request.DefinitionVersionId is { Length: > 0 } versionId)
        {
            if (await store.GetDefinitionVersionAsync(versionId, cancellationToken) is not { } record)
            {
                return [];
            }

            (definition, version) = (record.DefinitionId, record.Version);
        }

        InstanceStatus[] open = [InstanceStatus.Pending, InstanceStatus.Executing, InstanceStatus.Suspended, InstanceStatus.Paused];
        var page = await store.ListInstancesAsync(
            new InstanceFilter(definition, Statuses: open, DefinitionVersion: version), new PageRequest(0, InstanceEnds.Most), cancellationToken);
        return [.. page.Items.Select(i => i.Id)];
    }
}

/// <summary>Which instances: these, or those of a definition.</summary>
internal sealed record ManyInstances
{
    public IReadOnlyList<string>? Ids { get; init; }
    public string? DefinitionId { get; init; }
    public string? DefinitionVersionId { get; init; }

    public Refusal? Problem(int most = InstanceEnds.Most) => Ids is not { Count: > 0 } || Ids.Count > most || Ids.Any(string.IsNullOrEmpty)
        ? Refusal.BadRequest($"The body is {{\"ids\": [\"...\"]}} with 1 to {most} ids of instances.")
        : null;
}
