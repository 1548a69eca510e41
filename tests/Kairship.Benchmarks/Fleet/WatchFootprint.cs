using System.Diagnostics;
using k8s;
using k8s.Models;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Watching;

namespace Kairship.Benchmarks.Fleet;

/// <summary>The memory of this process while it watches the workloads of many clusters, each with five Deployments of an application (20 pods).</summary>
internal static class WatchFootprint
{
    private const int DeploymentsEach = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(int count, string folder)
    {
        await using var simulator = await SimulatorProcess.StartAsync(count, nodes: 3, folder);
        await Parallel.ForEachAsync(simulator.Kubeconfigs, new ParallelOptions { MaxDegreeOfParallelism = 8 }, PopulateAsync);
        await using var rig = new FleetRig();
        var clusters = await rig.JoinAsync(simulator.Kubeconfigs);
        var joined = Rss();

        var seen = 0;
        var start = Stopwatch.GetTimestamp();
        var watches = clusters.Select(cluster => rig.Get<ClusterWatch>().Follow(cluster, change =>
        {
            if (change is { Application: not null, Type: ResourceEventType.Added })
            {
                Interlocked.Increment(ref seen);
            }
        })).ToList();
        while (seen < count * DeploymentsEach)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InvalidOperationException($"{seen} of {count * DeploymentsEach} Deployments were seen.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        var synced = Stopwatch.GetElapsedTime(start);
        GC.Collect();
        Row.Print(FleetBenchmark.Bench, $"watch-{count}-clusters-rss-mb", Rss(), "MB",
            ("clusters", count), ("deployments", seen), ("synced-s", Math.Round(synced.TotalSeconds, 1)), ("joined-rss-mb", Math.Round(joined)),
            ("heap-mb", Math.Round(GC.GetTotalMemory(false) / 1048576.0)));
        watches.ForEach(w => w.Dispose());
    }

    private static async ValueTask PopulateAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
        var template = new V1PodTemplateSpec
        {
            Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web" } },
            Spec = new V1PodSpec { Containers = [new V1Container { Name = "web", Image = "web:v1" }] },
        };
        for (var i = 0; i < DeploymentsEach; i++)
        {
            var labels = new Dictionary<string, string> { [OwnershipLabels.Application] = "shop" };
            var deployment = new V1Deployment
            {
                Metadata = new V1ObjectMeta { Name = $"web-{i}", Labels = labels },
                Spec = new V1DeploymentSpec { Replicas = 4, Selector = new V1LabelSelector { MatchLabels = template.Metadata.Labels }, Template = template },
            };
            await client.AppsV1.CreateNamespacedDeploymentAsync(deployment, "default", cancellationToken: cancellationToken);
        }
    }

    private static double Rss()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64 / 1048576.0;
    }
}
