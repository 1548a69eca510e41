using System.Diagnostics;
using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Hosting;
using Kairship.Simulator;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace Kairship.Benchmarks.Failover;

/// <summary>
/// In real time, over real sockets: a server with default settings, SQLite and ten simulated clusters for each way to lose one (refused, frozen, packets dropped). One cluster after the other is lost at
/// a moment by chance; the time runs until the change is committed, asked for every 20 ms. One at a time: the first look that fails makes a server look at all others.
/// </summary>
internal static class Detection
{
    private const int Clusters = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task MeasureAsync(int lossesOfEach)
    {
        (string Name, Action<SimulatedCluster> Lose)[] ways =
        [
            ("refused", c => c.Faults.Unreachable = true),
            ("frozen", c => c.Faults.Frozen = true),
            ("dropped", c =>
            {
                c.Faults.Drop = true;
                c.Faults.Unreachable = true;
            }),
        ];
        var measured = await Task.WhenAll(ways.Select((way, i) => MeasureAsync(way.Lose, lossesOfEach, new Random(i))));
        var all = measured.SelectMany(m => m).Order().ToList();
        Row.Print(
            FailoverBenchmark.Bench, "detect-s", At(all, 0.99), "s",
            ("p50-s", Math.Round(At(all, 0.5), 2)), ("worst-s", Math.Round(all[^1], 2)), ("losses", all.Count),
            ("refused-worst-s", Math.Round(measured[0].Max(), 2)), ("frozen-worst-s", Math.Round(measured[1].Max(), 2)), ("dropped-worst-s", Math.Round(measured[2].Max(), 2)),
            ("measured", "real time and sockets, default settings, SQLite, 10 clusters a server; value is p99"));
    }

    private static async Task<List<double>> MeasureAsync(Action<SimulatedCluster> lose, int losses, Random random)
    {
        var folder = Directory.CreateTempSubdirectory("kairship-detect-").FullName;
        List<SimulatedCluster> clusters = [];
        try
        {
            await using var app = KairshipServer.Build(new ServerOptions
            {
                DataDirectory = folder, Urls = "http://127.0.0.1:0", Workflows = Directory.CreateDirectory(Path.Combine(folder, "definitions")).FullName, NodeName = "benchmark",
                LogToConsole = false, LogLevel = LogEventLevel.Warning, ShutdownTimeout = TimeSpan.FromSeconds(5),
            });
            await app.StartAsync();
            using var client = KairshipClient.Connect(new Uri(app.Urls.First()), (await File.ReadAllTextAsync(Path.Combine(folder, "admin.key"))).Trim());
            for (var i = 0; i < Clusters; i++)
            {
                clusters.Add(await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = $"c{i}", Nodes = 1 }));
                await client.JoinClusterAsync(new JoinClusterRequest($"c{i}", clusters[i].Kubeconfig));
            }

            var store = app.Services.GetRequiredService<IClusterHealthStore>();
            var times = new List<double>();
            for (var loss = 0; loss < losses; loss++)
            {
                // After the looks at all others that the loss before caused have drifted apart again.
                await Task.Delay(TimeSpan.FromSeconds(12 + (12 * random.NextDouble())), TimeProvider.System);
                var index = loss % Clusters;
                times.Add(await LoseAsync(clusters[index], $"c{index}", lose, store));
                clusters[index].Faults.Heal();
            }

            await app.StopAsync();
            return times;
        }
        finally
        {
            foreach (var cluster in clusters)
            {
                await cluster.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> LoseAsync(SimulatedCluster cluster, string name, Action<SimulatedCluster> lose, IClusterHealthStore store)
    {
        var before = (await store.GetAsync(name, default))?.Ready;
        if (before?.Status != ConditionStatus.True)
        {
            throw new InvalidOperationException($"Cluster {name} is not ready before it is lost: {before?.Reason}.");
        }

        var start = Stopwatch.GetTimestamp();
        lose(cluster);
        while ((await store.GetAsync(name, default))?.Ready?.Status == ConditionStatus.True)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InvalidOperationException($"The loss of cluster {name} was not noticed within {Patience.TotalSeconds:0} s.");
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
