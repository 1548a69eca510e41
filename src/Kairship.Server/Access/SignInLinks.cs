using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kairship.Server.Access;

/// <summary>
/// Links that sign in once: short enough to be clicked in a terminal. A file for each in the keys folder, named by the digest of its code, so that any
/// node takes it, one alone, and after a restart too.
/// </summary>
internal sealed class SignInLinks(KeysFolder folder, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private const int MostOpen = 1000;
    private readonly string path = Path.Combine(folder.Path, "sign-in-links");

    /// <summary>The code, shown this once; null when there are too many that nobody used.</summary>
    public string? Make(string keyId)
    {
        Directory.CreateDirectory(path);
        if (Sweep() >= MostOpen)
        {
            return null;
        }

        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        Hosting.DataDirectory.WritePrivate(FileOf(code), string.Create(CultureInfo.InvariantCulture, $"{keyId} {(time.GetUtcNow() + Lifetime).ToUnixTimeSeconds()}"));
        return code;
    }

    /// <summary>The key that the link was made with; null when there is none, it is too old, or it was used.</summary>
    public string? Take(string code)
    {
        var taken = Path.Combine(path, $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.taken");
        try
        {
            // Of many who move it at once, one succeeds.
            File.Move(FileOf(code), taken, overwrite: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var parts = File.ReadAllText(taken).Trim().Split(' ');
        File.Delete(taken);
        return parts.Length == 2 && EndOf(parts[1]) is { } end && time.GetUtcNow() < end ? parts[0] : null;
    }

    private string FileOf(string code) => Path.Combine(path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code))));

    private static DateTimeOffset? EndOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>How many are left.</summary>
    private int Sweep()
    {
        var left = 0;
        foreach (var file in Directory.EnumerateFiles(path))
        {
            try
            {
                if (EndOf(File.ReadAllText(file).Trim().Split(' ')[^1]) is { } end && time.GetUtcNow() < end)
                {
                    left++;
                }
                else
                {
                    File.Delete(file);
                }
            }
            catch (IOException)
            {
                // Somebody takes it just now.
            }
        }

        return left;
    }
}
