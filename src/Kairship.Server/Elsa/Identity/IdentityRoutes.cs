using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Elsa.Identity;

internal sealed record LoginRequest(string? Username, string? Password);

internal sealed record LoginResponse(bool IsAuthenticated, string? AccessToken = null, string? RefreshToken = null);

/// <summary>Signing in, and which features are there.</summary>
internal static class IdentityRoutes
{
    public static void MapElsaIdentity(this IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/identity/login", LoginAsync).AllowAnonymous().Audited("session.start");
        elsa.MapPost("/identity/refresh-token", RefreshAsync).AllowAnonymous();
        elsa.MapGet("/features/installed", () => TypedResults.Json(new ElsaList<Feature>(Feature.Installed, Feature.Installed.Count), ElsaJson.Options));
        elsa.MapGet("/features/installed/{fullName}", (string fullName) => Feature.Installed.FirstOrDefault(f => f.FullName == fullName) is { } feature
            ? (Results<JsonHttpResult<Feature>, ProblemHttpResult>)TypedResults.Json(feature, ElsaJson.Options)
            : Refusal.NotFound($"The feature '{fullName}' is not installed here.").ToResult());
    }

    /// <summary>The user's name is the key's name or empty, the password the key. A wrong one is no error to Elsa's clients: they read the flag.</summary>
    private static async Task<JsonHttpResult<LoginResponse>> LoginAsync(LoginRequest request, HttpContext context, SessionService sessions, CancellationToken cancellationToken)
    {
        var live = await sessions.SignInAsync(request.Username, request.Password, context.Connection.RemoteIpAddress?.ToString(), cancellationToken);
        if (live is not null)
        {
            context.AuditAs(live.Key.Name);
        }

        return Answer(context, sessions, live);
    }

    /// <summary>Comes with the refresh token as Bearer token.</summary>
    private static async Task<JsonHttpResult<LoginResponse>> RefreshAsync(HttpContext context, SessionService sessions, CancellationToken cancellationToken)
    {
        const string Bearer = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
        return Answer(context, sessions, await sessions.FindAsync(token, TokenUse.Refresh, cancellationToken));
    }

    private static JsonHttpResult<LoginResponse> Answer(HttpContext context, SessionService sessions, LiveSession? live)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            live is null ? new LoginResponse(false) : new LoginResponse(true, sessions.Issue(TokenUse.Access, live), sessions.Issue(TokenUse.Refresh, live)), ElsaJson.Options);
    }
}
