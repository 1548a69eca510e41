using Kairship.Api.Placements;
using Kairship.Server.Access;
using Kairship.Server.Problems;

namespace Kairship.Server.Placements;

internal static class PlacementEndpoints
{
    public static void MapPlacements(this IEndpointRouteBuilder api)
    {
        api.MapGet("/applications/{name}/placement", async (string name, PlacementService service, CancellationToken cancellationToken) =>
            (await service.ExplainAsync(name, cancellationToken)).ToOk())
            .WithTags("Placement").WithSummary("Where the application goes now, and why: every cluster with its reason").RequireAuthorization(Policies.Read);
        api.MapPost("/placement/simulate", async (SimulatePlacementRequest request, PlacementService service, CancellationToken cancellationToken) =>
            (await service.SimulateAsync(request, cancellationToken)).ToOk())
            .WithTags("Placement").WithSummary("Where an application would go, without some clusters for example; writes nothing").RequireAuthorization(Policies.Read);
    }
}
