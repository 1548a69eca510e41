using System.Buffers.Text;
using System.Text.Json;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>When a token ends. Nothing is verified: it only makes messages and warnings better.</summary>
internal static class TokenExpiry
{
    private const int LongestToken = 64 << 10;

    /// <summary>The claim "exp" of a JSON web token; null: another kind of token, or it never ends.</summary>
    public static DateTimeOffset? Of(string token)
    {
        var parts = token.Length > LongestToken ? [] : token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return claims.RootElement.ValueKind == JsonValueKind.Object && claims.RootElement.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
