using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Kairship.Testing.Worker;

namespace Kairship.Storage.Tests.Processes;

/// <summary>A node of the engine in a process of its own; killed at the latest when disposed.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private WorkerProcess(Process process, WorkerOptions options)
    {
        (this.process, Options) = (process, options);
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public WorkerOptions Options { get; }

    public bool HasExited => process.HasExited;

    /// <summary>What it printed.</summary>
    public string Output => string.Join('\n', lines);

    public static WorkerProcess Start(WorkerOptions options)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(WorkerOptions).Assembly.Location, options.Write()])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return new WorkerProcess(Process.Start(start)!, options);
    }

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public Task TerminateAsync() => SignalAsync("TERM");

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>The exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <summary>"start|done", idempotency key and epoch of what its effects (and those of its earlier lives) did.</summary>
    public static IReadOnlyList<(string What, string Key, long Epoch)> Effects(WorkerOptions options) => !File.Exists(options.EffectsFile)
        ? []
        : [.. File.ReadAllLines(options.EffectsFile).Select(l => l.Split(' ')).Where(p => p.Length == 3).Select(p => (p[0], p[1], long.Parse(p[2], CultureInfo.InvariantCulture)))];

    public IReadOnlyList<(string What, string Key, long Epoch)> Effects() => Effects(Options);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
