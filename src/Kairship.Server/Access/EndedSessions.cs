using System.Globalization;

namespace Kairship.Server.Access;

/// <summary>
/// Sessions that were signed out: a file for each in the keys folder, so that it holds for all nodes and after a restart. What is written in it is until
/// when it matters; later it is swept away.
/// </summary>
internal sealed class EndedSessions(KeysFolder folder, TimeProvider time)
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);
    private readonly string path = Path.Combine(folder.Path, "ended-sessions");
    private readonly Lock sweeping = new();
    private DateTimeOffset nextSweep;

    public bool Contains(string id) => !IsId(id) || File.Exists(FileOf(id));

    public void End(string id)
    {
        if (!IsId(id))
        {
            return;
        }

        Sweep();
        Directory.CreateDirectory(path);
        try
        {
            using var stream = new FileStream(FileOf(id), FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(stream);
            writer.Write((time.GetUtcNow() + SessionTokens.LongestSession).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException) when (File.Exists(FileOf(id)))
        {
            // Ended before.
        }
    }

    private string FileOf(string id) => Path.Combine(path, id);

    private static bool IsId(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);

    private void Sweep()
    {
        var now = time.GetUtcNow();
        lock (sweeping)
        {
            if (now < nextSweep || !Directory.Exists(path))
            {
                return;
            }

            nextSweep = now + BetweenSweeps;
        }

        foreach (var file in Directory.EnumerateFiles(path))
        {
            try
            {
                if (long.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var until) && until < now.ToUnixTimeSeconds())
                {
                    File.Delete(file);
                }
            }
            catch (IOException)
            {
                // Another node writes or sweeps it.
            }
        }
    }
}
