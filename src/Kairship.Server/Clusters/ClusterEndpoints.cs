using Kairship.Api.Clusters;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Clusters;

internal static class ClusterEndpoints
{
    public static void MapClusters(this IEndpointRouteBuilder api)
    {
        var clusters = api.MapGroup("/clusters").WithTags("Clusters");
        clusters.MapPost("", JoinAsync).WithSummary("Joins a member cluster").RequireAuthorization(Policies.Administer).Audited("cluster.join");
        clusters.MapGet("", async (ClusterService service, Paging paging, CancellationToken cancellationToken) =>
            TypedResults.Ok(await service.ListAsync(paging, cancellationToken))).WithSummary("All clusters by name").RequireAuthorization(Policies.Read);
        clusters.MapGet("/{name}", async (string name, ClusterService service, CancellationToken cancellationToken) =>
            (await service.GetAsync(name, cancellationToken)).ToOk()).WithSummary("One cluster").RequireAuthorization(Policies.Read);
        clusters.MapGet("/{name}/transitions", async (string name, ClusterService service, CancellationToken cancellationToken) =>
            (await service.HistoryAsync(name, cancellationToken)).ToOk()).WithSummary("How a cluster's readiness changed").RequireAuthorization(Policies.Read);
        clusters.MapPatch("/{name}/taints", ChangeTaintsAsync).WithSummary("Sets and removes taints of a cluster").RequireAuthorization(Policies.Administer).Audited("cluster.taint");
        clusters.MapDelete("/{name}", RemoveAsync).WithSummary("Forgets a cluster; touches nothing inside it")
            .RequireAuthorization(Policies.Administer).Audited("cluster.remove");
    }

    private static async Task<Results<Created<ClusterInfo>, ProblemHttpResult>> JoinAsync(
        JoinClusterRequest request, ClusterService service, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(request.Name);
        return (await service.JoinAsync(request, cancellationToken)).ToCreated(c => $"/api/v1/clusters/{c.Name}");
    }

    private static async Task<Results<Ok<ClusterInfo>, ProblemHttpResult>> ChangeTaintsAsync(
        string name, ChangeTaintsRequest request, ClusterTaintService service, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(name, ClusterTaintService.Describe(request));
        return (await service.ChangeAsync(name, request, cancellationToken)).ToOk();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string name, ClusterService service, CancellationToken cancellationToken, bool force = false) =>
        await service.RemoveAsync(name, force, cancellationToken) is { } refusal ? refusal.ToResult() : TypedResults.NoContent();
}
