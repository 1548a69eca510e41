using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Kairship.Simulator;

/// <summary>The tokens that a simulated cluster accepts: one without end and those issued for a time.</summary>
/// <param name="permanent">The token without end, where the cluster had one before.</param>
internal sealed class BearerTokens(TimeProvider clock, string? permanent = null)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _expiry = new(StringComparer.Ordinal);

    /// <summary>The token of the kubeconfig; never expires.</summary>
    public string Permanent { get; } = permanent ?? NewToken();

    /// <summary>A token that is accepted until <paramref name="validFor"/> has passed; zero or less issues an expired one.</summary>
    public string Issue(TimeSpan validFor)
    {
        var token = NewToken();
        _expiry[token] = clock.GetUtcNow() + validFor;
        return token;
    }

    /// <summary>Whether the token was issued here and has not expired.</summary>
    public bool Accepts(string? token) =>
        token is not null && (token == Permanent || (_expiry.TryGetValue(token, out var end) && clock.GetUtcNow() < end));

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
