using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;

namespace Kairship.Server.Failover.Returning;

internal static class ReturnEndpoints
{
    public static void MapReturns(this IEndpointRouteBuilder api)
    {
        var returns = api.MapGroup("/clusters/{name}/return").WithTags("Clusters");
        returns.MapGet("", async (string name, ReturnService service, CancellationToken cancellationToken) => (await service.GetAsync(name, cancellationToken)).ToOk())
            .WithSummary("How a cluster that came back was compared with what it should have").RequireAuthorization(Policies.Read);
        returns.MapPost("", async (string name, ReturnService service, HttpContext context, CancellationToken cancellationToken) =>
        {
            var answer = await service.CompareAsync(name, cancellationToken);
            context.AuditSubject(name, answer.Value is { } found ? $"{found.State}; {found.Fenced.Count} fenced, {found.Items.Count} left" : null);
            return answer.ToOk();
        }).WithSummary("Compares a cluster that came back, now, and fences what is stale there").RequireAuthorization(Policies.Administer).Audited("cluster.compare-returned");
    }
}
