using System.Diagnostics;
using k8s;
using k8s.Models;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Rollouts;
using Kairship.Storage;
using Kairship.Testing;
using Kairship.Testing.Releases;

namespace Kairship.Benchmarks.Deploy;

/// <summary>
/// Online Boutique (35 objects) to many simulated clusters in a process of their own: once by a bare client loop, once through a release (plan by dry-run, durable
/// workflow, apply, wait until healthy). Both end when every Deployment is available.
/// </summary>
internal static class DeployBenchmark
{
    private const string Bench = "deploy";

    public static async Task<int> RunAsync(string[] args)
    {
        var count = args is ["--clusters", var text] && int.TryParse(text, out var wanted) ? wanted : 100;
        if (args.Length is not (0 or 2) || count is < 1 or > 500)
        {
            await Console.Error.WriteLineAsync("deploy takes --clusters N, 1 to 500");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("kairship-bench-").FullName;
        try
        {
            await using var simulator = await SimulatorProcess.StartAsync(count, nodes: 3, folder);
            var kubeconfigs = simulator.Kubeconfigs;
            var manifests = SharedFiles.Read("data", "online-boutique", "v0.10.5.yaml");
            var objects = KubernetesYaml.LoadAllFromString(manifests).Cast<IKubernetesObject<V1ObjectMeta>>().ToList();

            // The first round of all warms the simulator and the client up; it is printed and not compared.
            var cold = await BareLoop.RunAsync(kubeconfigs, objects, "cold");
            var bare = await BareLoop.RunAsync(kubeconfigs, objects, "bare");
            var (release, planned) = await ReleaseAsync(folder, kubeconfigs, manifests);
            Row.Print(Bench, "fanout-bare-s", bare.TotalSeconds, "s", ("clusters", count), ("objects", objects.Count), ("cold-s", Math.Round(cold.TotalSeconds, 3)));
            Row.Print(Bench, "fanout-release-s", release.TotalSeconds, "s", ("clusters", count), ("objects", objects.Count), ("planned-s", Math.Round(planned.TotalSeconds, 3)));
            Row.Print(Bench, "fanout-ratio", release / bare, "ratio", ("clusters", count), ("without-plan", Math.Round((release - planned) / bare, 3)));
            using var self = Process.GetCurrentProcess();
            Row.Print(Bench, "peak-rss-mb", self.PeakWorkingSet64 / 1048576.0, "MB", ("process", "engine, fleet and bare loop; the simulator is another process"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(TimeSpan Whole, TimeSpan Planned)> ReleaseAsync(string folder, IReadOnlyList<string> kubeconfigs, string manifests)
    {
        var storage = new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "bench.db")}" };
        await using var rig = await ReleaseRig.StartAsync(storage, folder);
        await rig.ImportWorkflowsAsync();
        foreach (var file in kubeconfigs)
        {
            await rig.JoinAsync(Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file), new Dictionary<string, string>());
        }

        var application = new Application { Name = "boutique", Namespace = "boutique", Rollout = new RolloutPolicy { Workflow = "deploy" } };
        var start = Stopwatch.GetTimestamp();
        var release = await rig.ReleaseAsync(application, manifests, "v1");
        release = await rig.EndAsync(release.Id);
        var whole = Stopwatch.GetElapsedTime(start);
        if (release.Status != Delivery.Releases.ReleaseStatus.Succeeded)
        {
            throw new InvalidOperationException(await rig.DescribeAsync(release.Id));
        }

        var events = await rig.Delivery.ListReleaseEventsAsync(release.Id, 1000, CancellationToken.None);
        return (whole, events.First(e => e.Kind == "Planned").At - release.RequestedAt);
    }
}
