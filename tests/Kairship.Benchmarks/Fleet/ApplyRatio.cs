using System.Diagnostics;
using k8s;
using Kairship.Benchmarks.Deploy;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Resources;

namespace Kairship.Benchmarks.Fleet;

/// <summary>Online Boutique (35 objects) applied to one cluster, each time into a new namespace, in turns: by Kairship and by a loop that anybody would write.</summary>
internal static class ApplyRatio
{
    private const int WarmUp = 3;

    public static async Task RunAsync(int rounds, string folder)
    {
        await using var simulator = await SimulatorProcess.StartAsync(1, nodes: 20, folder);
        await using var rig = new FleetRig();
        var cluster = (await rig.JoinAsync(simulator.Kubeconfigs))[0];
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(simulator.Kubeconfigs[0]));
        var objects = FleetBenchmark.ShopObjects();
        var (bare, ours) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds + WarmUp; round++)
        {
            var ns = $"bare-{round}";
            var start = Stopwatch.GetTimestamp();
            await BareLoop.ApplyAllAsync(client, objects, ns);
            var bareSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await client.CoreV1.DeleteNamespaceAsync(ns);

            ns = $"ours-{round}";
            var manifests = Rendered(cluster, ns);
            start = Stopwatch.GetTimestamp();
            var report = await rig.Get<Applier>().ApplyAllAsync(cluster, manifests, new ApplyOptions { CreateNamespace = true, ReleaseId = "r1", Epoch = 1 });
            var ourSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!report.Succeeded)
            {
                throw new InvalidOperationException(string.Join("; ", report.Objects.Where(o => o.Outcome == ApplyOutcome.Failed)));
            }

            await client.CoreV1.DeleteNamespaceAsync(ns);
            if (round >= WarmUp)
            {
                bare.Add(bareSeconds);
                ours.Add(ourSeconds);
            }
        }

        var ratios = bare.Zip(ours, (b, o) => o / b).Order().ToList();
        Row.Print(FleetBenchmark.Bench, "apply-ratio", Median(ours) / Median(bare), "ratio",
            ("objects", objects.Count), ("rounds", rounds), ("bare-ms", Math.Round(Median(bare) * 1000, 1)), ("ours-ms", Math.Round(Median(ours) * 1000, 1)),
            ("paired-median", Math.Round(ratios[ratios.Count / 2], 3)));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static IReadOnlyList<Manifest> Rendered(string cluster, string ns)
    {
        var manifests = ManifestParser.Parse(FleetBenchmark.Shop());
        return Renderer.Render(new Application { Name = "boutique", Namespace = ns }, manifests, new ClusterFacts(cluster, new Dictionary<string, string>()), new Dictionary<string, int>(), _ => null);
    }
}
