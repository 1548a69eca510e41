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
}
