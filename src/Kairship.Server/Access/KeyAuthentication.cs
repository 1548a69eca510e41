using System.Text.Encodings.Web;
using Kairship.Server.Problems;
using Kairship.Storage.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Kairship.Server.Access;

/// <summary>Marks an endpoint that is the same for everybody, so that nobody's key is looked up for it.</summary>
internal sealed record SameForEverybody;

/// <summary>
/// Authorization: Bearer ks_{id}_{secret}, a session's access token in its place, or a session's cookie from one of our pages. Answers 401 and 403 as
/// problem details.
/// </summary>
internal sealed partial class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessStore access, SessionService sessions, SessionCookie cookie)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";
    private const string Hubs = "/elsa/hubs";
    private const string Over = "The session is over, or its key was revoked: sign in again.";
    private static readonly string[] Schemes = ["Bearer ", "ApiKey "];
    private readonly ILogger log = logger.CreateLogger<KeyAuthentication>();
    private bool fromElsewhere;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<SameForEverybody>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var header = Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return Schemes.FirstOrDefault(s => header.StartsWith(s, StringComparison.OrdinalIgnoreCase)) is { } scheme
                ? await ByTokenAsync(header[scheme.Length..].Trim())
                : AuthenticateResult.Fail("The Authorization header is not \"Bearer ks_...\".");
        }

        // A browser's WebSocket has no headers of its own.
        if (Request.Path.StartsWithSegments(Hubs, StringComparison.OrdinalIgnoreCase) && Request.Query["access_token"].ToString() is { Length: > 0 } query)
        {
            return await ByTokenAsync(query);
        }

        return cookie.Read(Request) is { } value ? await ByCookieAsync(value) : AuthenticateResult.NoResult();
    }

    private async Task<AuthenticateResult> ByTokenAsync(string text)
    {
        if (!KeyToken.TryParse(text, out var token))
        {
            return await sessions.FindAsync(text, TokenUse.Access, Context.RequestAborted) is { } live
                ? Success(live.Key, live.Session)
                : AuthenticateResult.Fail(text.Count(c => c == '.') == 2 ? Over : "The Authorization header is not \"Bearer ks_...\".");
        }

        var key = await access.GetKeyAsync(token.Id, Context.RequestAborted);
        return key is not null && token.Matches(key.SecretHash) && key.RevokedAt is null
            ? Success(key, null)
            : AuthenticateResult.Fail("The key is not known here, or was revoked.");
    }

    private async Task<AuthenticateResult> ByCookieAsync(string value)
    {
        if (!RequestOrigin.IsOurs(Request))
        {
            fromElsewhere = true;
            return AuthenticateResult.Fail("A browser's session counts for this server's own pages only, and this request did not come from one.");
        }

        return await sessions.FindAsync(value, TokenUse.Cookie, Context.RequestAborted) is { } live
            ? Success(live.Key, live.Session)
            : AuthenticateResult.Fail(Over);
    }

    /// <summary>A connection that stays open, as the hub's do, ends with its session.</summary>
    private static AuthenticateResult Success(ApiKey key, Session? session)
    {
        var properties = new AuthenticationProperties { ExpiresUtc = session is null ? null : session.SignedInAt + SessionTokens.LongestSession };
        return AuthenticateResult.Success(new AuthenticationTicket(Caller.Principal(key, Name, session?.Id), properties, Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure;
        if (failure is not null)
        {
            WrongKey(log, Context.Connection.RemoteIpAddress?.ToString(), Request.Method, Request.Path);
        }

        if (fromElsewhere)
        {
            await Refusal.Forbidden(failure!.Message).ToResult().ExecuteAsync(Context);
            return;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        await new Refusal(
            StatusCodes.Status401Unauthorized,
            $"{failure?.Message ?? "There is no key on the request."} Send \"Authorization: Bearer KEY\"; the first key is in the file admin.key of the data folder.")
            .ToResult().ExecuteAsync(Context);
    }

    [LoggerMessage(LogLevel.Warning, "No valid key from {Address}: {Method} {Path}")]
    private static partial void WrongKey(ILogger logger, string? address, string method, string path);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var policy = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p is not null);
        return Refusal.Forbidden(Policies.Explain(policy)).ToResult().ExecuteAsync(Context);
    }
}
