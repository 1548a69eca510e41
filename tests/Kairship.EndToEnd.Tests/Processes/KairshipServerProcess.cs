using Kairship.Api;
using Kairship.Server.Hosting;

namespace Kairship.EndToEnd.Tests.Processes;

/// <summary>"kairship serve" on a data folder and an address that stay the same over its deaths.</summary>
internal sealed class KairshipServerProcess(TempFolder folder) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private KairshipProcess? _process;

    public string Data { get; } = folder.Sub("server");

    public string LogFile { get; } = folder.Sub("server.log");

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePorts.Take(1)[0]}");

    /// <summary>A file of settings; null: the defaults.</summary>
    public string? Settings { get; init; }

    public int Id => _process!.Id;

    public string AdminKey => File.ReadAllText(Path.Combine(Data, "admin.key")).Trim();

    public KairshipProcess Process => _process ?? throw new InvalidOperationException("the server was not started");

    /// <summary>Starts it and waits until it takes requests.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        Launch();
        await ReadyAsync();
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public void Launch() => _process = KairshipProcess.Start(
        LogFile, ["serve", "--data", Data, "--urls", Address.AbsoluteUri.TrimEnd('/'), "--quiet", "--until-input-closes", .. Settings is null ? (string[])[] : ["--settings", Settings]]);

    public async Task ReadyAsync()
    {
        using var client = KairshipClient.Connect(Address, null);
        await Patience.UntilAsync(
            async () => Process.HasExited ? throw new InvalidOperationException($"the server ended while it started:\n{Tail()}") : await client.IsReadyAsync(),
            () => $"the server is not ready:\n{Tail()}", StartLimit);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        await Process.KillAsync();
        await Process.DisposeAsync();
    }

    public KairshipClient Connect(string? key = null) => KairshipClient.Connect(Address, key ?? AdminKey);

    /// <summary>The end of what it printed, and of its own log.</summary>
    public string Tail()
    {
        var own = Directory.Exists(Path.Combine(Data, "logs")) ? Directory.GetFiles(Path.Combine(Data, "logs")).Order().LastOrDefault() : null;
        return string.Join('\n', Last(LogFile, 20).Append("--").Concat(own is null ? [] : Last(own, 20)));
    }

    /// <summary>Lines of its own logs at level Error or Fatal.</summary>
    public IReadOnlyList<string> Errors() => Directory.Exists(Path.Combine(Data, "logs"))
        ? [.. Directory.GetFiles(Path.Combine(Data, "logs")).Order().SelectMany(Read).Where(l => l.Contains("\"@l\":\"Error\"", StringComparison.Ordinal) || l.Contains("\"@l\":\"Fatal\"", StringComparison.Ordinal))]
        : [];

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static IEnumerable<string> Last(string file, int lines) => File.Exists(file) ? Read(file).TakeLast(lines) : [];

    /// <summary>Lines of a file that somebody writes to.</summary>
    public static List<string> Read(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }
}
