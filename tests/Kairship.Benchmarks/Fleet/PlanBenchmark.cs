using System.Diagnostics;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Storage;
using Kairship.Testing.Releases;

namespace Kairship.Benchmarks.Fleet;

/// <summary>The plan of a release of Online Boutique (35 objects) to many clusters: rendered and tried by server-side dry-run in each of them.</summary>
internal static class PlanBenchmark
{
    private const int Rounds = 3;

    public static async Task RunAsync(int count, string folder)
    {
        await using var simulator = await SimulatorProcess.StartAsync(count, nodes: 3, folder);
        var storage = new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "bench.db")}" };
        await using var rig = await ReleaseRig.StartAsync(storage, folder);
        foreach (var file in simulator.Kubeconfigs)
        {
            await rig.JoinAsync(Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file), new Dictionary<string, string>());
        }

        var application = new Application { Name = "boutique", Namespace = "boutique" };
        var manifests = ManifestParser.Parse(FleetBenchmark.Shop());
        var revision = new Revision("boutique", 1, "v1", ManifestParser.ToJsonArray(manifests), ManifestParser.Digest(manifests), "bench", DateTimeOffset.UnixEpoch);
        var seconds = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var plan = await rig.Planner.PlanAsync(application, revision, CancellationToken.None);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (plan.HasProblems)
            {
                throw new InvalidOperationException(string.Join("; ", plan.Clusters.SelectMany(c => c.Problems).Take(5)));
            }
        }

        // The first round discovers what the clusters serve and warms the simulator up.
        Row.Print(FleetBenchmark.Bench, $"plan-{count}-clusters-s", seconds.Skip(1).Order().ElementAt(Rounds / 2), "s",
            ("clusters", count), ("objects", manifests.Count), ("cold-s", Math.Round(seconds[0], 2)));
    }
}
