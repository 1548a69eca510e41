using System.Security.Cryptography;
using Kairship.Simulator.Control;
using Kairship.Simulator.Hosting;
using Kairship.Simulator.State;

namespace Kairship.Simulator;

/// <summary>Several simulated clusters in one process, each with its own port, CA and token.</summary>
public sealed class SimulatedFleet : IAsyncDisposable
{
    private readonly Dictionary<string, SimulatedCluster> _byName;
    private readonly FleetHost _host;
    private readonly StateFolder? _folder;

    private SimulatedFleet(IReadOnlyList<SimulatedCluster> clusters, Dictionary<string, SimulatedCluster> byName, FleetHost host, StateFolder? folder)
    {
        Clusters = clusters;
        _byName = byName;
        _host = host;
        _folder = folder;
    }

    /// <summary>The clusters in the order they were asked for, then others that the folder keeps.</summary>
    public IReadOnlyList<SimulatedCluster> Clusters { get; }

    /// <summary>How many of them were found in the folder.</summary>
    public int Restored { get; private init; }

    /// <summary>The cluster of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public SimulatedCluster this[string name] =>
        _byName.TryGetValue(name, out var found)
            ? found
            : throw new KeyNotFoundException($"No simulated cluster is called \"{name}\"; there are {string.Join(", ", _byName.Keys)}.");

    /// <summary>Starts all clusters in memory, or none when one of them cannot start.</summary>
    /// <exception cref="ArgumentException">Two clusters have the same name.</exception>
    public static Task<SimulatedFleet> StartAsync(
        IEnumerable<SimulatedClusterOptions> clusters, TimeProvider? clock = null, CancellationToken ct = default) =>
        StartAsync(clusters, new SimulatedFleetOptions(), clock, ct);

    /// <summary>
    /// Starts all clusters, or none when one of them cannot start. Those that the folder keeps are as they were, whatever is asked for now; they come up even when
    /// nobody asks for them.
    /// </summary>
    /// <exception cref="ArgumentException">Two clusters have the same name, or one that is no name of a folder.</exception>
    /// <exception cref="IOException">A port is taken, that of a kept cluster for example.</exception>
    /// <exception cref="SimulatorStateException">The folder is in use, or cannot be read.</exception>
    public static async Task<SimulatedFleet> StartAsync(
        IEnumerable<SimulatedClusterOptions> clusters, SimulatedFleetOptions options, TimeProvider? clock = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        SimulatedClusterOptions[] wanted = [.. clusters];
        if (wanted.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two clusters are called \"{twice.Key}\"; each needs its own name.", nameof(clusters));
        }

        var folder = options.Folder is null ? null : StateFolder.Open(Path.GetFullPath(options.Folder));
        try
        {
            return await StartAsync(wanted, folder, options.Keep, clock ?? TimeProvider.System, ct);
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    /// <summary>Writes NAME.kubeconfig of each cluster into a folder, readable by its owner only.</summary>
    public Task WriteKubeconfigsAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var cluster in Clusters)
        {
            PrivateFile.Write(KubeconfigIn(folder, cluster), cluster.Kubeconfig);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops all clusters; what they keep is on disk then. The files of a fleet that keeps nothing are removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(_host, Clusters);
        if (_folder is not null)
        {
            ControlFile.Remove(_folder.Path);
            foreach (var cluster in Clusters.Where(c => !_folder.Cluster(c.Name).Exists))
            {
                File.Delete(KubeconfigIn(_folder.Path, cluster));
            }

            _folder.Dispose();
        }
    }

    private static async Task<SimulatedFleet> StartAsync(SimulatedClusterOptions[] wanted, StateFolder? folder, bool keep, TimeProvider clock, CancellationToken ct)
    {
        var started = new List<SimulatedCluster>();
        FleetHost? host = null;
        try
        {
            var (clusters, restored) = await BuildAsync(wanted, keep ? folder : null, clock, started, ct);
            var byName = clusters.ToDictionary(c => c.Name, StringComparer.Ordinal);
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            var control = folder is null ? null : new FleetControl(token, clock, byName);
            host = await FleetHost.StartAsync(clusters, control is null ? null : control.HandleAsync, ct);
            if (keep)
            {
                Parallel.ForEach(clusters.Where(c => !c.IsKept), c => c.KeepIn(folder!.Cluster(c.Name)));
            }

            foreach (var cluster in clusters)
            {
                cluster.Begin();
            }

            var fleet = new SimulatedFleet(clusters, byName, host, folder) { Restored = restored };
            if (folder is not null)
            {
                await fleet.WriteKubeconfigsAsync(folder.Path);
                new ControlFile(host.Control!, token, Environment.ProcessId).Write(folder.Path);
            }

            return fleet;
        }
        catch
        {
            await StopAsync(host, started);
            throw;
        }
    }

    // Everything that was built is in the list, also when another one fails.
    private static async Task<(IReadOnlyList<SimulatedCluster> Clusters, int Restored)> BuildAsync(
        SimulatedClusterOptions[] wanted, StateFolder? kept, TimeProvider clock, List<SimulatedCluster> built, CancellationToken ct)
    {
        var names = kept?.Names() ?? [];
        SimulatedClusterOptions[] all = [.. wanted, .. names.Except(wanted.Select(w => w.Name)).Select(n => new SimulatedClusterOptions { Name = n })];
        var clusters = new SimulatedCluster[all.Length];
        await Parallel.ForAsync(0, all.Length, ct, (i, _) =>
        {
            if (kept is not null)
            {
                ClusterFolder.CheckName(all[i].Name);
            }

            var cluster = kept?.Cluster(all[i].Name) is { Exists: true } saved
                ? SimulatedCluster.Restore(saved.Load(), saved, clock)
                : SimulatedCluster.Build(all[i], clock);
            clusters[i] = cluster;
            lock (built)
            {
                built.Add(cluster);
            }

            return ValueTask.CompletedTask;
        });
        return (clusters, names.Count);
    }

    private static async Task StopAsync(FleetHost? host, IEnumerable<SimulatedCluster> clusters)
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        await Task.WhenAll(clusters.Select(c => c.DisposeAsync().AsTask()));
    }

    private static string KubeconfigIn(string folder, SimulatedCluster cluster) => Path.Combine(folder, $"{cluster.Name}.kubeconfig");
}
