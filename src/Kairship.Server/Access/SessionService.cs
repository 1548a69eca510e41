using System.Security.Cryptography;
using Kairship.Storage.Access;

namespace Kairship.Server.Access;

/// <summary>A session with the key that it lives by, as the key is now.</summary>
internal sealed record LiveSession(Session Session, ApiKey Key, DateTimeOffset IssuedAt);

/// <summary>Signing in and out. A session lives as long as its key and its own limits; nothing is stored until it ends early.</summary>
internal sealed partial class SessionService(
    AccessStore access, SessionTokens tokens, EndedSessions ended, SignInLinks links, TimeProvider time, ILogger<SessionService> logger)
{
    /// <summary>Null when the text is no key that holds. The name, where one is given, must be the key's.</summary>
    public async Task<LiveSession?> SignInAsync(string? name, string? keyText, string? address, CancellationToken cancellationToken)
    {
        if (KeyToken.TryParse(keyText?.Trim() ?? "", out var token)
            && await access.GetKeyAsync(token.Id, cancellationToken) is { RevokedAt: null } key
            && token.Matches(key.SecretHash) && (string.IsNullOrWhiteSpace(name) || name.Trim() == key.Name))
        {
            return Start(key);
        }

        Refused(address);
        return null;
    }

    /// <summary>By a code of <see cref="SignInLinks"/>, which is used up by it.</summary>
    public async Task<LiveSession?> SignInByLinkAsync(string code, string? address, CancellationToken cancellationToken)
    {
        if (links.Take(code) is { } id && await access.GetKeyAsync(id, cancellationToken) is { RevokedAt: null } key)
        {
            return Start(key);
        }

        Refused(address);
        return null;
    }

    /// <summary>The session that a token is of, unless it is over or its key was revoked.</summary>
    public async Task<LiveSession?> FindAsync(string token, TokenUse use, CancellationToken cancellationToken) =>
        await tokens.ReadAsync(token, use) is { } read && !ended.Contains(read.Session.Id)
        && await access.GetKeyAsync(read.Session.KeyId, cancellationToken) is { RevokedAt: null } key
            ? new LiveSession(read.Session, key, read.IssuedAt)
            : null;

    /// <summary>Whether who came with this key, and in this session where there is one, would still be let in.</summary>
    public async Task<bool> HoldsAsync(string keyId, string? sessionId, CancellationToken cancellationToken) =>
        (sessionId is null || !ended.Contains(sessionId)) && await access.GetKeyAsync(keyId, cancellationToken) is { RevokedAt: null };

    /// <summary>All tokens of the session end with it.</summary>
    public void End(string sessionId) => ended.End(sessionId);

    public string Issue(TokenUse use, LiveSession live) => tokens.Issue(use, live.Session, live.Key);

    private LiveSession Start(ApiKey key)
    {
        var now = time.GetUtcNow();
        return new LiveSession(new Session(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), key.Id, now), key, now);
    }

    [LoggerMessage(LogLevel.Warning, "Sign-in refused, from {Address}")]
    private partial void Refused(string? address);
}
