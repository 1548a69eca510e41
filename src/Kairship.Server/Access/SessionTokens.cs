using Kairship.Storage.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kairship.Server.Access;

/// <summary>What a token is good for; one use is never taken for another.</summary>
internal enum TokenUse
{
    /// <summary>Bearer token of the API.</summary>
    Access,

    /// <summary>Buys new tokens of the same session.</summary>
    Refresh,

    /// <summary>The browser's cookie.</summary>
    Cookie,
}

/// <summary>A sign-in by a key. All of its tokens name it, and end with it.</summary>
internal sealed record Session(string Id, string KeyId, DateTimeOffset SignedInAt);

/// <summary>What a token says; <see cref="IssuedAt"/> is the token's, not the session's.</summary>
internal sealed record SessionToken(Session Session, DateTimeOffset IssuedAt);

/// <summary>
/// Session tokens are JWTs (HS256), since hosts of Elsa Studio look into them for a name and an expiry. They say which session of which key it is; what the
/// key may do is read from the key at each request.
/// </summary>
internal sealed class SessionTokens(SigningKey key, TimeProvider time)
{
    /// <summary>However often a session is renewed, it ends.</summary>
    public static readonly TimeSpan LongestSession = TimeSpan.FromDays(7);

    private const string Issuer = "kairship";
    private const int LongestToken = 4096;

    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    public static TimeSpan LifetimeOf(TokenUse use) => use switch
    {
        TokenUse.Access => TimeSpan.FromHours(1),
        _ => TimeSpan.FromHours(12),
    };

    public string Issue(TokenUse use, Session session, ApiKey owner)
    {
        var now = time.GetUtcNow();
        var end = now + LifetimeOf(use);
        var last = session.SignedInAt + LongestSession;
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience(use),
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (end < last ? end : last).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = owner.Id,
                ["sid"] = session.Id,
                ["auth_time"] = session.SignedInAt.ToUnixTimeSeconds(),
                ["name"] = owner.Name,
                ["role"] = owner.Roles.ToArray(),
            },
            SigningCredentials = new SigningCredentials(key.Security, SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>Null when it is none of ours, for another use, or over.</summary>
    public async Task<SessionToken?> ReadAsync(string token, TokenUse use)
    {
        if (token.Length > LongestToken)
        {
            return null;
        }

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience(use),
            IssuerSigningKey = key.Security,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            LifetimeValidator = (_, expires, _, _) => expires is { } end && time.GetUtcNow().UtcDateTime < end,
            LogValidationExceptions = false,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken jwt }
            && jwt.TryGetPayloadValue<string>("sid", out var id) && jwt.TryGetPayloadValue<long>("auth_time", out var since)
            ? new SessionToken(new Session(id, jwt.Subject, DateTimeOffset.FromUnixTimeSeconds(since)), new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero))
            : null;
    }

    private static string Audience(TokenUse use) => $"kairship-{use.ToString().ToLowerInvariant()}";
}
