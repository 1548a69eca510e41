using System.Security.Cryptography;

namespace Kairship.Server.Triggers.Webhooks;

/// <summary>GitHub's X-Hub-Signature-256: "sha256=" and the hex HMAC-SHA256 of the raw body by the shared secret.</summary>
internal static class WebhookSignature
{
    public const string Header = "X-Hub-Signature-256";
    private const string Prefix = "sha256=";

    public static string Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> body) => Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(secret, body));

    /// <summary>Takes the same time wherever a wrong signature differs. Hex in either case.</summary>
    public static bool IsValid(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> body, string? header)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var wellFormed = header is not null && header.StartsWith(Prefix, StringComparison.Ordinal) && header.Length == Prefix.Length + (2 * given.Length)
            && Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out var written) == System.Buffers.OperationStatus.Done && written == given.Length;
        Span<byte> right = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, body, right);
        return CryptographicOperations.FixedTimeEquals(given, right) && wellFormed;
    }
}
