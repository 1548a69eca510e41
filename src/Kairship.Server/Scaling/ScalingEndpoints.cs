using Kairship.Api.Releases;
using Kairship.Api.Scaling;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Scaling;

internal static class ScalingEndpoints
{
    private const int MaxKeyLength = 200;

    public static void MapScaling(this IEndpointRouteBuilder api)
    {
        api.MapGet("/applications/{name}/scaling", async (string name, ScalingService service, CancellationToken cancellationToken) =>
            (await service.GetAsync(name, cancellationToken)).ToOk())
            .WithTags("Scaling").WithSummary("How many replicas the application has and should have, by which metric or rule, and since when").RequireAuthorization(Policies.Read);
        api.MapPost("/applications/{name}/scaling", ScaleAsync)
            .WithTags("Scaling").WithSummary("Gives the application a total, within its limits, by a release; with an Idempotency-Key header the same call twice starts one")
            .RequireAuthorization(Policies.Deploy).Audited("application.scale");
    }

    private static async Task<Results<Created<ReleaseInfo>, ProblemHttpResult>> ScaleAsync(
        string name, ScaleRequest request, ScalingService service, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(name, $"{request.Replicas} replicas");
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > MaxKeyLength)
        {
            return Refusal.BadRequest($"The Idempotency-Key has {key.Length} characters; at most {MaxKeyLength} are taken.").ToResult();
        }

        return (await service.ScaleAsync(name, request.Replicas, Caller.NameOf(context.User), key.Length > 0 ? key : null, cancellationToken)).ToCreated(r => $"/api/v1/releases/{r.Id}");
    }
}
