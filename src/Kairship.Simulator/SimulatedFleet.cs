namespace Kairship.Simulator;

/// <summary>Several simulated clusters in one process, each with its own port, CA and token.</summary>
public sealed class SimulatedFleet : IAsyncDisposable
{
    private const int StartedAtOnce = 4;
    private readonly Dictionary<string, SimulatedCluster> _byName;

    private SimulatedFleet(IReadOnlyList<SimulatedCluster> clusters)
    {
        Clusters = clusters;
        _byName = clusters.ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    /// <summary>The clusters in the order they were asked for.</summary>
    public IReadOnlyList<SimulatedCluster> Clusters { get; }

    /// <summary>The cluster of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public SimulatedCluster this[string name] =>
        _byName.TryGetValue(name, out var found)
            ? found
            : throw new KeyNotFoundException($"No simulated cluster is called \"{name}\"; there are {string.Join(", ", _byName.Keys)}.");

    /// <summary>Starts all clusters, or none when one of them cannot start.</summary>
    /// <exception cref="ArgumentException">Two clusters have the same name.</exception>
    public static async Task<SimulatedFleet> StartAsync(
        IEnumerable<SimulatedClusterOptions> clusters, TimeProvider? clock = null, CancellationToken ct = default)
    {
        SimulatedClusterOptions[] wanted = [.. clusters];
        if (wanted.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two clusters are called \"{twice.Key}\"; each needs its own name.", nameof(clusters));
        }

        var started = new SimulatedCluster?[wanted.Length];
        try
        {
            await Parallel.ForAsync(
                0,
                wanted.Length,
                new ParallelOptions { MaxDegreeOfParallelism = StartedAtOnce, CancellationToken = ct },
                async (i, token) => started[i] = await SimulatedCluster.StartAsync(wanted[i], clock, token));
            return new SimulatedFleet([.. started.OfType<SimulatedCluster>()]);
        }
        catch
        {
            await StopAsync(started.OfType<SimulatedCluster>());
            throw;
        }
    }

    /// <summary>Writes NAME.kubeconfig of each cluster into a folder, readable by its owner only.</summary>
    public async Task WriteKubeconfigsAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var cluster in Clusters)
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var path = Path.Combine(folder, $"{cluster.Name}.kubeconfig");
            File.Delete(path);
            await using var writer = new StreamWriter(path, options);
            await writer.WriteAsync(cluster.Kubeconfig);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(Clusters);

    private static Task StopAsync(IEnumerable<SimulatedCluster> clusters) => Task.WhenAll(clusters.Select(c => c.DisposeAsync().AsTask()));
}
