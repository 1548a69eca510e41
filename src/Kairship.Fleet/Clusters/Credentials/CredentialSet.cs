using System.Security.Cryptography.X509Certificates;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>What one request proves itself with.</summary>
/// <param name="Authorization">The value of the header; null: none.</param>
/// <param name="Certificate">The client certificate, with its key; null: none.</param>
/// <param name="ExpiresAt">Until when it is good, as far as anybody said.</param>
internal sealed record CredentialSet(string? Authorization = null, X509Certificate2? Certificate = null, DateTimeOffset? ExpiresAt = null)
{
    public static CredentialSet None { get; } = new();

    public static CredentialSet OfToken(string token, DateTimeOffset? expiresAt = null) => new($"Bearer {token}", null, expiresAt ?? TokenExpiry.Of(token));

    public static CredentialSet OfCertificate(X509Certificate2 certificate) => new(null, certificate, EndOf(certificate));

    /// <summary>The platform tells it in local time.</summary>
    public static DateTimeOffset EndOf(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    // A record would print the header.
    public override string ToString() => "credentials";
}
