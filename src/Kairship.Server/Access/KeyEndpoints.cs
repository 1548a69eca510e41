using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Access;

internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        api.MapGet("/whoami", (HttpContext context) => TypedResults.Ok(new IdentityInfo(Caller.NameOf(context.User), Caller.RolesOf(context.User))))
            .WithSummary("Who this key is").RequireAuthorization(Policies.Read);

        var keys = api.MapGroup("/keys").WithTags("Keys").RequireAuthorization(Policies.Administer);
        keys.MapPost("", CreateAsync).WithSummary("Makes a key; the answer is the only time it is shown").Audited("key.create");
        keys.MapGet("", async (KeyService service, Paging paging, CancellationToken cancellationToken) =>
            TypedResults.Ok(paging.Cut(await service.ListAsync(cancellationToken)))).WithSummary("All keys, without their secrets");
        keys.MapDelete("/{id}", RevokeAsync).WithSummary("Revokes a key at once").Audited("key.revoke");
    }

    private static async Task<Results<Created<CreatedKey>, ProblemHttpResult>> CreateAsync(
        CreateKeyRequest request, KeyService service, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(request.Name, $"roles {string.Join(", ", request.Roles ?? [])}");
        return (await service.CreateAsync(request, Caller.NameOf(context.User), cancellationToken)).ToCreated(k => $"/api/v1/keys/{k.Key.Id}");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string id, KeyService service, CancellationToken cancellationToken) =>
        await service.RevokeAsync(id, cancellationToken) is { } refusal ? refusal.ToResult() : TypedResults.NoContent();
}
