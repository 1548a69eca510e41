using System.Security.Claims;
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

        api.MapPost("/sign-in-links", Link)
            .WithTags("Keys").WithSummary("Makes a link that signs a browser in once, as this key").RequireAuthorization(Policies.Read).Audited("session.link");

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

    private static Results<Ok<SignInLink>, ProblemHttpResult> Link(HttpContext context, SignInLinks links, TimeProvider time)
    {
        // A session does not beget sessions: its end would not be theirs.
        if (context.User.FindFirstValue(Caller.KeyClaim) is not { } key || context.User.HasClaim(c => c.Type == Caller.SessionClaim))
        {
            return Refusal.Forbidden("Only a key makes such a link, not a session.").ToResult();
        }

        return links.Make(key) is { } code
            ? TypedResults.Ok(new SignInLink($"/sign-in#{code}", time.GetUtcNow() + SignInLinks.Lifetime))
            : Refusal.Unavailable("There are too many links that nobody has used. They end half an hour after they are made.").ToResult();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string id, KeyService service, CancellationToken cancellationToken) =>
        await service.RevokeAsync(id, cancellationToken) is { } refusal ? refusal.ToResult() : TypedResults.NoContent();
}
