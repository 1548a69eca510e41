using System.Security.Cryptography;
using System.Text;
using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Execution;

/// <summary>The look-up key of a wait: 128 bits of SHA-256 over name and key, lower-case hex.</summary>
public static class StimulusHash
{
    public static string Of(StimulusKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Name.Length}:{key.Name}{key.Key}"), hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
