using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kairship.EndToEnd.Tests.Processes;

/// <summary>
/// The program as users run it, from the build output next to the tests. What it prints goes to a file. It never outlives the tests: its standard
/// input is a lifeline that closes with this process, however that ends.
/// </summary>
internal sealed class KairshipProcess : IAsyncDisposable
{
    /// <summary>What a test's own processes must not take over from the machine: another server's address, key or database.</summary>
    private static readonly string[] Foreign = ["KAIRSHIP_SERVER", "KAIRSHIP_TOKEN", "KAIRSHIP_DATABASE", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS"];

    private readonly Process _process;
    private readonly TextWriter _log;
    private readonly ConcurrentQueue<string> _lines = new();

    private KairshipProcess(Process process, TextWriter log, string logFile) => (_process, _log, LogFile) = (process, log, logFile);

    public int Id => _process.Id;

    public string LogFile { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>All that it printed until now.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts "kairship ARGUMENTS" as something that runs until it is ended.</summary>
    public static KairshipProcess Start(string logFile, params IReadOnlyList<string> arguments) => Start(logFile, new Dictionary<string, string>(), arguments);

    public static KairshipProcess Start(string logFile, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments)
    {
        var info = Describe(arguments, environment);
        info.RedirectStandardInput = true;
        var process = Process.Start(info) ?? throw new InvalidOperationException($"could not start {info.FileName}");
        var log = TextWriter.Synchronized(new StreamWriter(logFile, append: true) { AutoFlush = true });
        log.WriteLine($"-- {process.Id}: kairship {string.Join(' ', arguments)}");
        var started = new KairshipProcess(process, log, logFile);
        process.OutputDataReceived += (_, line) => started.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => started.Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return started;
    }

    /// <summary>How the program is started here.</summary>
    public static ProcessStartInfo Describe(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(typeof(Cli.Program).Assembly.Location);
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var name in Foreign)
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        return info;
    }

    /// <summary>SIGKILL: no chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: asks it to stop.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The exit code, once it has ended by itself.</summary>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"process {Id} still runs after {within.TotalSeconds} s; it said:\n{Output}", e);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
            _log.WriteLine(line);
        }
    }
}
