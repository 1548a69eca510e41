using System.Diagnostics;

namespace Kairship.Benchmarks;

/// <summary>Simulated clusters in a process of their own, so that what is measured here is Kairship. Ends with its disposal.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, IReadOnlyList<string> kubeconfigs) => (_process, Kubeconfigs) = (process, kubeconfigs);

    /// <summary>A file for each cluster, in the order of their names.</summary>
    public IReadOnlyList<string> Kubeconfigs { get; }

    public static async Task<SimulatorProcess> StartAsync(int clusters, int nodes, string folder)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
            [typeof(Cli.Program).Assembly.Location, "sim", "up", "--clusters", clusters.ToString(), "--nodes", nodes.ToString(), "--state", folder, "--until-input-closes"])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The simulator did not start.");
        var line = await process.StandardOutput.ReadLineAsync();
        var files = Directory.GetFiles(folder, "*.kubeconfig").Order(StringComparer.Ordinal).ToList();
        var simulator = new SimulatorProcess(process, files);
        if (files.Count == clusters)
        {
            return simulator;
        }

        await simulator.DisposeAsync();
        throw new InvalidOperationException($"{files.Count} of {clusters} clusters are up: {line}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
