using Kairship.Api;
using Kairship.Cli.Output;
using Kairship.Server.Hosting;

namespace Kairship.Cli.Demo;

/// <summary>What the demo plays on: three simulated clusters in one process and the server in another, so that the server can die without them.</summary>
internal sealed class DemoStage(string folder) : IAsyncDisposable
{
    // For a busy machine; a process that ends is noticed at once.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private ChildProcess? _clusters;
    private ChildProcess? _server;
    private bool _disposed;

    public string Clusters { get; } = Path.Combine(folder, "clusters");

    public string AdminKeyFile { get; } = Path.Combine(folder, "server", "admin.key");

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePorts.Take(1)[0]}");

    public int ServerId => _server?.Id ?? 0;

    public static string Sample(string file) => Path.Combine(AppContext.BaseDirectory, "samples", "storefront", file);

    public async Task StartClustersAsync(int count, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Clusters);
        _clusters = ChildProcess.Start(Path.Combine(folder, "clusters.log"), "sim", "up", "--clusters", count.ToString(), "--state", Clusters);
        await UntilAsync(() => Task.FromResult(Directory.GetFiles(Clusters, "*.kubeconfig").Length == count), _clusters, cancellationToken);
    }

    public async Task StartServerAsync(CancellationToken cancellationToken)
    {
        _server = ChildProcess.Start(
            Path.Combine(folder, "server.log"), "serve", "--data", Path.Combine(folder, "server"), "--urls", Address.AbsoluteUri.TrimEnd('/'), "--quiet");
        using var client = KairshipClient.Connect(Address, null);
        await UntilAsync(() => client.IsReadyAsync(cancellationToken), _server, cancellationToken);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillServerAsync()
    {
        await _server!.KillAsync();
        await _server.DisposeAsync();
        _server = null;
    }

    public KairshipClient Connect(string? token = null) => KairshipClient.Connect(Address, token ?? File.ReadAllText(AdminKeyFile).Trim());

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var child in new[] { _server, _clusters }.OfType<ChildProcess>())
        {
            await child.DisposeAsync();
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> reached, ChildProcess child, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await reached())
        {
            if (child.HasExited || TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new CommandException($"a process of the demo {(child.HasExited ? "ended" : "did not get ready")}: see {child.LogFile}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }
}
