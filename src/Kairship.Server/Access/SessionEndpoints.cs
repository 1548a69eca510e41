using System.Security.Claims;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Studio;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Access;

/// <summary>How a browser signs in: with the text of a key, or with a link that works once.</summary>
internal sealed record SignInRequest(string? Key = null, string? Link = null);

/// <summary>Who sits at the browser. Studio is the designer's version, null where its files are missing.</summary>
internal sealed record SessionInfo(bool SignedIn, string? Name, IReadOnlyList<string> Roles, string? Studio);

/// <summary>Sessions of browsers, by cookie.</summary>
internal static class SessionEndpoints
{
    /// <summary>A cookie is written anew when it is older than this and the page asks.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(10);

    public static void MapSession(this IEndpointRouteBuilder app)
    {
        var session = app.MapGroup("/session").WithTags("Session");
        session.MapGet("", ReadAsync).WithSummary("Who is signed in here; keeps the session alive").AllowAnonymous();
        session.MapPost("", SignInAsync).WithSummary("Signs in: the session is a cookie").AllowAnonymous().Audited("session.start");
        session.MapDelete("", SignOut).WithSummary("Ends the session of the cookie or token that is sent").AllowAnonymous().Audited("session.end");
    }

    private static async Task<JsonHttpResult<SessionInfo>> ReadAsync(
        HttpContext context, SessionService sessions, SessionCookie cookie, StudioPackage studio, TimeProvider time, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (context.User.Identity?.IsAuthenticated != true)
        {
            return TypedResults.Json(new SessionInfo(false, null, [], studio.Version));
        }

        if (cookie.Read(context.Request) is { } token && await sessions.FindAsync(token, TokenUse.Cookie, cancellationToken) is { } live
            && time.GetUtcNow() - live.IssuedAt > RenewAfter)
        {
            cookie.Write(context, sessions.Issue(TokenUse.Cookie, live));
        }

        return TypedResults.Json(new SessionInfo(true, Caller.NameOf(context.User), Caller.RolesOf(context.User), studio.Version));
    }

    private static async Task<Results<JsonHttpResult<SessionInfo>, ProblemHttpResult>> SignInAsync(
        SignInRequest request, HttpContext context, SessionService sessions, SessionCookie cookie, StudioPackage studio, CancellationToken cancellationToken)
    {
        if (!RequestOrigin.IsOurs(context.Request))
        {
            return Refusal.Forbidden("Only this server's own page signs a browser in.").ToResult();
        }

        var address = context.Connection.RemoteIpAddress?.ToString();
        var live = request.Link is { Length: > 0 } link
            ? await sessions.SignInByLinkAsync(link, address, cancellationToken)
            : await sessions.SignInAsync(null, request.Key, address, cancellationToken);
        if (live is null)
        {
            return Refusal.Forbidden(request.Link is null
                ? "That is no key of this server, or it was revoked."
                : "This link was used already, or is too old. Sign in with a key, or make another link.").ToResult();
        }

        context.AuditAs(live.Key.Name);
        cookie.Write(context, sessions.Issue(TokenUse.Cookie, live));
        return TypedResults.Json(new SessionInfo(true, live.Key.Name, live.Key.Roles, studio.Version));
    }

    private static NoContent SignOut(HttpContext context, SessionService sessions, SessionCookie cookie)
    {
        if (context.User.FindFirstValue(Caller.SessionClaim) is { } session)
        {
            sessions.End(session);
            cookie.Clear(context);
        }

        return TypedResults.NoContent();
    }
}
