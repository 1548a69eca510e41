using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.KubeConfigModels;
using k8s.Models;
using Kairship.Simulator;
using Kairship.Simulator.Objects;

namespace Kairship.Benchmarks.Sim;

/// <summary>
/// A large simulated fleet in this one process: started, a Deployment posted to every cluster over its HTTPS, all pods ready, then left alone. Peak memory is
/// the system's own count of the process, clients included.
/// </summary>
internal static class SimBenchmark
{
    private const string Bench = "sim";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    public static async Task<int> RunAsync(string[] args)
    {
        var wanted = Numbers(args);
        if (wanted is not [> 0 and <= 1000, > 0 and <= 1000, > 0 and <= 1000])
        {
            await Console.Error.WriteLineAsync("sim takes CLUSTERS NODES PODS (nodes and pods of each cluster), 1 to 1000; without them 1000 100 20");
            return 2;
        }

        var (clusters, nodes, pods) = (wanted[0], wanted[1], wanted[2]);
        var size = $"{clusters}x{nodes}";
        var start = Stopwatch.GetTimestamp();
        await using var fleet = await SimulatedFleet.StartAsync(
            Enumerable.Range(0, clusters).Select(i => new SimulatedClusterOptions { Name = $"c{i}", Nodes = nodes }));
        var up = Stopwatch.GetElapsedTime(start);
        Row.Print(Bench, "sim-up-s", up.TotalSeconds, "s", ("clusters", clusters), ("nodes", nodes), ("rss-mb", Rss()), ("heap-mb", Heap()));

        start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(fleet.Clusters, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (cluster, ct) => await DeployAsync(cluster, pods, ct));
        while (fleet.Clusters.Any(c => Ready(c) != pods))
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"pods are not ready after {Limit.TotalMinutes} min");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        Row.Print(Bench, "sim-pods-ready-s", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", ("pods", clusters * pods), ("rss-mb", Rss()), ("heap-mb", Heap()));
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var gen0 = GC.CollectionCount(0);
        start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
        self.Refresh();
        var idle = (self.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(start) * 100;
        Row.Print(Bench, "sim-idle-cpu-percent", idle, "% of one core", ("collections", GC.CollectionCount(0) - gen0));
        Row.Print(
            Bench, $"sim-{size}-rss-mb", Peak(), "MB", ("pods", clusters * pods), ("idle-rss-mb", Rss()), ("idle-heap-mb", Heap()),
            ("failures", fleet.Clusters.Sum(c => c.ControllerFailures)));
        return 0;
    }

    private static int[] Numbers(string[] args) =>
        args.Length == 0 ? [1000, 100, 20] : [.. args.Select(a => int.TryParse(a, CultureInfo.InvariantCulture, out var n) ? n : -1)];

    private static async Task DeployAsync(SimulatedCluster cluster, int pods, CancellationToken ct)
    {
        var kubeconfig = KubernetesYaml.Deserialize<K8SConfiguration>(cluster.Kubeconfig);
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(kubeconfig));
        await client.AppsV1.CreateNamespacedDeploymentAsync(KubernetesJson.Deserialize<V1Deployment>(Deployment(pods).ToJsonString()), "default", cancellationToken: ct);
    }

    private static JsonObject Deployment(int replicas) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "Deployment",
        ["metadata"] = new JsonObject { ["name"] = "web" },
        ["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "web", ["tier"] = "front" } },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(new JsonObject
                    {
                        ["name"] = "main",
                        ["image"] = "registry.example/web:1",
                        ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8080 }),
                        ["env"] = new JsonArray(new JsonObject { ["name"] = "MODE", ["value"] = "production" }),
                        ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "64Mi" } },
                        ["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/", ["port"] = 8080 } },
                    }),
                },
            },
        },
    };

    private static int Ready(SimulatedCluster cluster) =>
        cluster.Store.Get(new ObjectKey("apps", "deployments", "default", "web"))?["status"]?["readyReplicas"] is JsonValue ready
        && int.TryParse(ready.ToJsonString(), CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;

    private static double Rss() => Megabytes("VmRSS:");

    private static double Peak() => Megabytes("VmHWM:");

    private static double Heap() => Math.Round(GC.GetTotalMemory(false) / 1048576.0, 1);

    /// <summary>A line of <c>/proc/self/status</c>; elsewhere what the runtime knows of the process.</summary>
    private static double Megabytes(string line)
    {
        const string file = "/proc/self/status";
        if (File.Exists(file))
        {
            var found = File.ReadLines(file).First(l => l.StartsWith(line, StringComparison.Ordinal));
            return Math.Round(double.Parse(found.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024, 1);
        }

        using var self = Process.GetCurrentProcess();
        return Math.Round((line == "VmHWM:" ? self.PeakWorkingSet64 : self.WorkingSet64) / 1048576.0, 1);
    }
}
