using Kairship.Testing;
using k8s;
using k8s.Models;

namespace Kairship.Benchmarks.Fleet;

/// <summary>What it costs to know and to change many clusters; the clusters are simulated, in a process of their own.</summary>
internal static class FleetBenchmark
{
    public const string Bench = "fleet";

    public static async Task<int> RunAsync(string[] args)
    {
        var only = "";
        var quick = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--only" when i + 1 < args.Length:
                    only = args[++i];
                    break;
                case "--quick":
                    quick = true;
                    break;
                default:
                    await Console.Error.WriteLineAsync("fleet takes --only ROW-PREFIX and --quick");
                    return 2;
            }
        }

        // The footprint first: what others leave in the heap must not count.
        (string Row, Func<string, Task> Run)[] rows =
        [
            ("watch-1000-clusters-rss-mb", folder => WatchFootprint.RunAsync(quick ? 50 : 1000, folder)),
            ("watch-events-per-s", _ => WatchRate.RunAsync(quick ? 20_000 : 200_000)),
            ("apply-ratio", folder => ApplyRatio.RunAsync(quick ? 3 : 15, folder)),
            ("plan-100-clusters-s", folder => PlanBenchmark.RunAsync(quick ? 10 : 100, folder)),
        ];
        foreach (var (_, run) in rows.Where(r => r.Row.StartsWith(only, StringComparison.Ordinal)))
        {
            var folder = Directory.CreateTempSubdirectory("kairship-bench-").FullName;
            try
            {
                await run(folder);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    /// <summary>Online Boutique, 35 objects.</summary>
    public static string Shop() => SharedFiles.Read("data", "online-boutique", "v0.10.5.yaml");

    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> ShopObjects() => [.. KubernetesYaml.LoadAllFromString(Shop()).Cast<IKubernetesObject<V1ObjectMeta>>()];
}
