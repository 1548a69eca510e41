using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Kairship.Server.Access;

/// <summary>
/// A key as it is shown: <c>ks_{id}_{secret}</c>. The id finds the row, the secret proves it: 256 random bits, so that guessing is hopeless
/// at any speed and needs no delay.
/// </summary>
internal sealed record KeyToken(string Id, string Secret)
{
    private const string Prefix = "ks_";
    private const int MaxLength = 128;

    public static KeyToken New() => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    public static bool TryParse(string text, [NotNullWhen(true)] out KeyToken? token)
    {
        token = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > MaxLength)
        {
            return false;
        }

        var split = text.IndexOf('_', Prefix.Length);
        if (split <= Prefix.Length || split == text.Length - 1 || !text[Prefix.Length..split].All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        token = new KeyToken(text[Prefix.Length..split], text[(split + 1)..]);
        return true;
    }

    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(Secret));

    public bool Matches(byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(), hash);

    public override string ToString() => $"{Prefix}{Id}_{Secret}";
}
