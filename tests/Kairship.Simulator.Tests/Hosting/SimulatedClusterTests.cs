using k8s;
using k8s.Models;

namespace Kairship.Simulator.Tests.Hosting;

public sealed class SimulatedClusterTests
{
    [Fact]
    public async Task Cluster_DeploymentOverHttps_BecomesAvailable()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await SimulatedCluster.StartAsync(new() { Name = "east", PodReadyAfter = TimeSpan.FromMilliseconds(20) }, ct: ct);
        using var client = ClusterClient.For(cluster);
        await client.AppsV1.CreateNamespacedDeploymentAsync(ClusterClient.Deployment("web", 3), "default", cancellationToken: ct);

        var done = await Eventually.Of(
            () => client.AppsV1.ReadNamespacedDeploymentAsync("web", "default", cancellationToken: ct), d => d.Status?.AvailableReplicas == 3);

        done.Status.ObservedGeneration.Should().Be(done.Metadata.Generation);
        done.Metadata.Annotations["deployment.kubernetes.io/revision"].Should().Be("1");
        var pods = await client.CoreV1.ListNamespacedPodAsync("default", labelSelector: "app=web", cancellationToken: ct);
        pods.Items.Select(p => p.Spec.NodeName).Should().OnlyHaveUniqueItems("pods spread over the three nodes");
        cluster.Requests.Should().BeGreaterThan(2);
        cluster.MutatingRequests.Should().Be(1);
        cluster.ControllerFailures.Should().Be(0);
    }

    [Fact]
    public async Task Cluster_ScaledByManyAtOnce_ComesToRestAtTheLastSize()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await SimulatedCluster.StartAsync(
            new() { Name = "busy", PodReadyAfter = TimeSpan.FromMilliseconds(1), ControllerDelay = TimeSpan.Zero }, ct: ct);
        using var client = ClusterClient.For(cluster);
        string[] names = ["a", "b", "c", "d"];
        await Parallel.ForEachAsync(names, ct, async (name, token) =>
        {
            await client.AppsV1.CreateNamespacedDeploymentAsync(ClusterClient.Deployment(name, 1), "default", cancellationToken: token);
            for (var i = 0; i < 40; i++)
            {
                cluster.Store.Update(
                    new("apps", "deployments", "default", name),
                    d =>
                    {
                        d["spec"]!["replicas"] = i % 7;
                        d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = $"app:{i % 3}";
                        return d;
                    });
                await Task.Yield();
            }

            await client.AppsV1.PatchNamespacedDeploymentScaleAsync(
                new V1Patch("""{"spec":{"replicas":5}}""", V1Patch.PatchType.MergePatch), name, "default", cancellationToken: token);
        });

        foreach (var name in names)
        {
            await Eventually.Of(
                () => client.AppsV1.ReadNamespacedDeploymentAsync(name, "default", cancellationToken: ct),
                d => d.Status is { AvailableReplicas: 5, UpdatedReplicas: 5, Replicas: 5 } && d.Status.ObservedGeneration == d.Metadata.Generation);
        }

        (await client.CoreV1.ListNamespacedPodAsync("default", cancellationToken: ct)).Items.Where(p => p.Metadata.DeletionTimestamp is null).Should().HaveCount(20);
        cluster.ControllerFailures.Should().Be(0);
    }
}
