using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;

namespace Kairship.Server.Clusters;

internal static class FleetEndpoints
{
    public static void MapFleet(this IEndpointRouteBuilder api)
    {
        var fleet = api.MapGroup("/fleet").WithTags("Clusters");
        fleet.MapGet("", async (FleetService service, CancellationToken cancellationToken) => TypedResults.Ok(await service.ShowAsync(cancellationToken)))
            .WithSummary("How the clusters are together, and whether failovers may begin").RequireAuthorization(Policies.Read);
        fleet.MapPost("/brake/release", async (FleetService service, HttpContext context, CancellationToken cancellationToken) =>
        {
            context.AuditSubject("fleet");
            var answer = await service.ReleaseAsync(Caller.NameOf(context.User), cancellationToken);
            context.AuditSubject("fleet", answer.Value is { } after ? $"accepted as lost: {string.Join(", ", after.Brake.Accepted)}" : null);
            return answer.ToOk();
        }).WithSummary("Lets failovers go on in spite of what is lost now").RequireAuthorization(Policies.Administer).Audited("fleet.release-brake");
    }
}
