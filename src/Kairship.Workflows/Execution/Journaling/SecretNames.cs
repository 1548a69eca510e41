using System.Buffers;

namespace Kairship.Workflows.Execution.Journaling;

/// <summary>Names whose values nobody wants to read in a journal.</summary>
internal static class SecretNames
{
    private static readonly SearchValues<string> Words = SearchValues.Create(
        [
            "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "api-key", "api_key", "api key", "authorization", "connectionstring", "connection-string",
            "connection_string", "connection string", "credential", "privatekey", "private-key", "private_key", "private key", "accesskey", "access-key", "access_key", "access key",
            "bearer", "cookie", "kubeconfig",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>"secretName" and "passwordRef" say where a secret is, not what it is.</summary>
    public static bool IsSecret(string name) =>
        name.AsSpan().ContainsAny(Words) && !name.EndsWith("name", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("ref", StringComparison.OrdinalIgnoreCase);
}
