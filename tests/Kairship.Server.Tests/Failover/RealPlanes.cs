using System.Diagnostics;
using Kairship.Testing.Kube;

namespace Kairship.Server.Tests.Failover;

/// <summary>Two real control planes, east and west, from the first test that asks for them.</summary>
public sealed class RealPlanes : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("kairship-real-loss-").FullName;
    private RealControlPlane[] planes = [];

    public async Task<IReadOnlyList<RealControlPlane>> StartAsync() =>
        planes.Length > 0 ? planes : planes = await Task.WhenAll(RealControlPlane.StartAsync("east"), RealControlPlane.StartAsync("west"));

    /// <summary>What kubectl prints: past all of Kairship's code.</summary>
    public async Task<string> KubectlAsync(string cluster, params string[] arguments)
    {
        var token = TestContext.Current.CancellationToken;
        var file = Path.Combine(folder, $"{cluster}.kubeconfig");
        await File.WriteAllTextAsync(file, planes.Single(p => p.Name == cluster).Kubeconfig, token);
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", file, "--cache-dir", Path.Combine(folder, "cache"), .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
        await process.WaitForExitAsync(token);
        process.ExitCode.Should().Be(0, "kubectl {0}: {1}", string.Join(' ', arguments), await errors);
        return await output;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(planes.Select(p => p.DisposeAsync().AsTask()));
        Directory.Delete(folder, recursive: true);
    }
}
