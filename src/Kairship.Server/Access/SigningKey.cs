using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;

namespace Kairship.Server.Access;

/// <summary>The folder of keys that nodes of one database share.</summary>
internal sealed record KeysFolder(string Path);

/// <summary>
/// Signs session tokens. Random, made by the first node that needs it, kept in the keys folder encrypted by Data Protection. Losing it ends all sessions and
/// nothing else.
/// </summary>
internal sealed partial class SigningKey
{
    private const int Bytes = 64;
    private readonly Lazy<byte[]> secret;

    public SigningKey(KeysFolder folder, IDataProtectionProvider protection, ILogger<SigningKey> logger)
    {
        var protector = protection.CreateProtector("kairship.sessions");
        secret = new Lazy<byte[]>(() => ReadOrMake(Path.Combine(folder.Path, "session.key"), protector, logger));
        security = new Lazy<SymmetricSecurityKey>(() => new SymmetricSecurityKey(secret.Value));
    }

    private readonly Lazy<SymmetricSecurityKey> security;

    public SymmetricSecurityKey Security => security.Value;

    /// <summary>Says which servers share sessions, and gives nothing away: two on one machine share the browser's cookies, which know no ports.</summary>
    public string Fingerprint => Convert.ToHexStringLower(HMACSHA256.HashData(secret.Value, "name of the cookie"u8))[..8];

    private static byte[] ReadOrMake(string file, IDataProtector protector, ILogger logger)
    {
        if (Read(file, protector, logger) is { } known)
        {
            return known;
        }

        var made = RandomNumberGenerator.GetBytes(Bytes);
        var temporary = $"{file}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        Hosting.DataDirectory.WritePrivate(temporary, Convert.ToBase64String(protector.Protect(made)));
        try
        {
            File.Move(temporary, file, overwrite: false);
            return made;
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another node was first, or what is there cannot be read any more.
            if (Read(file, protector, logger) is { } others)
            {
                File.Delete(temporary);
                return others;
            }

            File.Move(temporary, file, overwrite: true);
            return made;
        }
    }

    private static byte[]? Read(string file, IDataProtector protector, ILogger logger)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return protector.Unprotect(Convert.FromBase64String(File.ReadAllText(file).Trim())) is { Length: Bytes } key ? key : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            Unreadable(logger, file, e.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{File} cannot be read ({Reason}): a new one is made, everybody signs in again")]
    private static partial void Unreadable(ILogger logger, string file, string reason);
}
