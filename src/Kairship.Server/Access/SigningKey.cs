using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;
using Polly;

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

    private static readonly ResiliencePipeline Patience = new ResiliencePipelineBuilder()
        .AddRetry(new() { ShouldHandle = new PredicateBuilder().Handle<IOException>(), Delay = TimeSpan.FromMilliseconds(10), MaxRetryAttempts = 1000 })
        .Build();

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

        using var alone = Lock(Path.Combine(Path.GetDirectoryName(file)!, ".lock"));
        if (Read(file, protector, logger) is { } others)
        {
            return others;
        }

        var made = RandomNumberGenerator.GetBytes(Bytes);
        var temporary = $"{file}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        Hosting.DataDirectory.WritePrivate(temporary, Convert.ToBase64String(protector.Protect(made)));
        File.Move(temporary, file, overwrite: true);
        return made;
    }

    /// <summary>One node at a time makes the key. A move that does not overwrite is no such lock: it looks first, and renames then.</summary>
    private static FileStream Lock(string file) => Patience.Execute(static f => new FileStream(f, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), file);

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
