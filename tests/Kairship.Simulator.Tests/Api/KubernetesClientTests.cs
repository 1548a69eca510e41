using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Kairship.Simulator.Tests.Api;

public sealed class KubernetesClientTests : IAsyncLifetime
{
    ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    Kubernetes Client => _api.Client;

    [Fact]
    public async Task Deployment_CreatedReadReplacedDeleted_RoundTrips()
    {
        var created = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment(), "default");
        created.Spec.Strategy.RollingUpdate.MaxSurge.ToString().Should().Be("25%");
        created.Spec.Replicas = 3;
        var replaced = await Client.AppsV1.ReplaceNamespacedDeploymentAsync(created, "web", "default");
        replaced.Metadata.Generation.Should().Be(2);

        var stale = () => Client.AppsV1.ReplaceNamespacedDeploymentAsync(created, "web", "default");
        created.Spec.Replicas = 9;
        (await stale.Should().ThrowAsync<HttpOperationException>()).Which.Response.StatusCode.Should().Be(HttpStatusCode.Conflict);

        (await Client.AppsV1.ListNamespacedDeploymentAsync("default")).Items.Should().ContainSingle().Which.Spec.Replicas.Should().Be(3);
        (await Client.AppsV1.DeleteNamespacedDeploymentAsync("web", "default")).Status.Should().Be("Success");
        var gone = () => Client.AppsV1.ReadNamespacedDeploymentAsync("web", "default");
        (await gone.Should().ThrowAsync<HttpOperationException>()).Which.Response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ServerSideApply_ByPatch_OwnsAndConflicts()
    {
        var patch = new V1Patch(Deployment(2), V1Patch.PatchType.ApplyPatch);
        var applied = await Client.AppsV1.PatchNamespacedDeploymentAsync(patch, "web", "default", fieldManager: "kairship", force: true);
        applied.Metadata.ManagedFields.Should().ContainSingle().Which.Manager.Should().Be("kairship");

        var other = () => Client.AppsV1.PatchNamespacedDeploymentAsync(new V1Patch(Deployment(5), V1Patch.PatchType.ApplyPatch), "web", "default", fieldManager: "other");
        var error = (await other.Should().ThrowAsync<HttpOperationException>()).Which;
        error.Response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        KubernetesJson.Deserialize<V1Status>(error.Response.Content).Message.Should().Be("Apply failed with 1 conflict: conflict with \"kairship\": .spec.replicas");
    }

    [Fact]
    public async Task DryRun_OfApply_KeepsNothing()
    {
        var shown = await Client.AppsV1.PatchNamespacedDeploymentAsync(
            new V1Patch(Deployment(2), V1Patch.PatchType.ApplyPatch), "web", "default", dryRun: "All", fieldManager: "kairship", force: true);
        shown.Spec.Template.Spec.DnsPolicy.Should().Be("ClusterFirst");
        (await Client.AppsV1.ListNamespacedDeploymentAsync("default")).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task Scale_ReadAndPatched_ChangesReplicas()
    {
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment(1), "default");
        var scale = await Client.AppsV1.PatchNamespacedDeploymentScaleAsync(new V1Patch("""{"spec":{"replicas":4}}""", V1Patch.PatchType.MergePatch), "web", "default");
        scale.Spec.Replicas.Should().Be(4);
        (await Client.AppsV1.ReadNamespacedDeploymentScaleAsync("web", "default")).Spec.Replicas.Should().Be(4);
    }

    [Fact]
    public async Task Watch_FromTheListsRevision_DeliversTypedEvents()
    {
        var list = await Client.CoreV1.ListNamespacedConfigMapAsync("default");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        var seen = new List<(WatchEventType, string)>();
        var watching = Task.Run(async () =>
        {
            await foreach (var (type, map) in Client.CoreV1.WatchListNamespacedConfigMapAsync(
                "default", resourceVersion: list.Metadata.ResourceVersion, allowWatchBookmarks: true, cancellationToken: limit.Token))
            {
                seen.Add((type, map.Metadata.Name));
                if (seen.Count == 2)
                    return;
            }
        });
        await Client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "a" } }, "default");
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", "default");
        await watching;
        seen.Should().Equal((WatchEventType.Added, "a"), (WatchEventType.Deleted, "a"));
    }

    [Fact]
    public async Task Pages_ByContinue_AreComplete()
    {
        for (var i = 0; i < 5; i++)
            await Client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = $"c{i}" } }, "default");
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await Client.CoreV1.ListNamespacedConfigMapAsync("default", limit: 2, continueParameter: token);
            names.AddRange(page.Items.Select(i => i.Metadata.Name));
            token = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(token));
        names.Should().Equal("c0", "c1", "c2", "c3", "c4");
    }

    [Fact]
    public async Task Discovery_ByTheClient_FindsTheKinds()
    {
        (await Client.CoreV1.GetAPIResourcesAsync()).Resources.Select(r => r.Kind).Should().Contain(["Pod", "Service"]);
        (await Client.Apis.GetAPIVersionsAsync()).Groups.Select(g => g.Name).Should().Contain(["apps", "autoscaling", "policy"]);
        (await Client.Version.GetCodeAsync()).GitVersion.Should().Be("v1.34.0");
    }

    static V1Deployment Deployment(int? replicas = null) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = new V1ObjectMeta { Name = "web" },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web" } },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "web", Image = "nginx:1" }] },
            },
        },
    };
}
