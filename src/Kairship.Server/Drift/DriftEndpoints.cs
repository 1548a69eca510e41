using Kairship.Api.Applications;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Mvc;

namespace Kairship.Server.Drift;

internal static class DriftEndpoints
{
    public static void MapDrift(this IEndpointRouteBuilder api)
    {
        var drift = api.MapGroup("/applications/{name}/drift").WithTags("Applications");
        drift.MapGet("", async (string name, DriftService service, CancellationToken cancellationToken) =>
            (await service.GetAsync(name, cancellationToken)).ToOk()).WithSummary("The last comparison of its clusters with what was released").RequireAuthorization(Policies.Read);
        drift.MapPost("", async (string name, [FromBody] DriftRequest? request, DriftService service, HttpContext context, CancellationToken cancellationToken) =>
            (await service.CheckAsync(name, request ?? new DriftRequest(), Caller.NameOf(context.User), cancellationToken)).ToOk())
            .WithSummary("Compares its clusters with what was released, now; puts back what differs where the application or the request asks for it")
            .RequireAuthorization(Policies.Deploy).Audited("drift.check");
    }
}
