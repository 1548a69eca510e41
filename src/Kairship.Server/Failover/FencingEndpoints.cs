using Kairship.Api.Clusters;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;

namespace Kairship.Server.Failover;

internal static class FencingEndpoints
{
    public static void MapFencing(this IEndpointRouteBuilder api)
    {
        var fencing = api.MapGroup("/clusters/{name}/fencing").WithTags("Clusters");
        fencing.MapGet("", async (string name, FencingService service, CancellationToken cancellationToken) => (await service.GetAsync(name, cancellationToken)).ToOk())
            .WithSummary("Whether it is certain that a lost cluster runs nothing any more").RequireAuthorization(Policies.Read);
        fencing.MapPost("", async (string name, ConfirmFencedRequest request, FencingService service, HttpContext context, CancellationToken cancellationToken) =>
        {
            context.AuditSubject(name, request.How);
            var answer = await service.ConfirmAsync(name, request, Caller.NameOf(context.User), cancellationToken);
            context.AuditSubject(name, answer.Value is { } fenced ? $"loss {fenced.Loss}: {fenced.How}" : request.How);
            return answer.ToOk();
        }).WithSummary("Says that a lost cluster runs nothing any more, so that what must not run twice may be moved").RequireAuthorization(Policies.Administer).Audited("cluster.confirm-fenced");
    }
}
