using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Applications;

/// <summary>An application is released to a simulated cluster and deleted again.</summary>
public sealed class ApplicationRemovalTests : IAsyncLifetime
{
    private readonly RunningServer _server = new() { UseShippedWorkflows = true };
    private SimulatedCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "edge" });
        await _server.InitializeAsync();
        await _server.Admin.JoinClusterAsync(new JoinClusterRequest("edge", _cluster.Kubeconfig, null, new Dictionary<string, string>()));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Delete_TakesAllObjects_ThenTheApplication_AndLeavesItsHistory()
    {
        await ReleaseAsync("gone");
        Objects("gone").Should().Contain(["deployments/web", "services/web", "configmaps/kairship-gone"]);

        var removal = await _server.Admin.RemoveApplicationAsync("gone");
        removal.Removed.Should().BeTrue(string.Join("; ", removal.Clusters.SelectMany(c => c.Problems)));
        removal.Clusters.Single().Deleted.Should().BeEquivalentTo("Deployment/gone/web", "Service/gone/web");
        Objects("gone").Should().BeEmpty();
        (await _server.Admin.Invoking(a => a.GetApplicationAsync("gone")).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(404);
        (await _server.Admin.GetReleaseAsync("gone-1")).Release.Status.Should().Be("Succeeded");

        await ReleaseAsync("gone", number: 2);
        (await _server.Admin.RemoveApplicationAsync("gone", keepObjects: true)).Removed.Should().BeTrue();
        Objects("gone").Should().Contain("deployments/web");
    }

    [Fact]
    public async Task Delete_WhileItIsHeld_OrByADeployer_IsRefused()
    {
        await _server.Admin.ApplyApplicationAsync(Yaml("busy"));
        await _server.Admin.StartReleaseAsync("busy", new StartReleaseRequest(SampleApplications.Manifests("slow"), Revision: "v1"));
        _cluster.Faults.Unreachable = true;
        var refused = (await _server.Admin.Invoking(a => a.RemoveApplicationAsync("busy")).Should().ThrowAsync<KairshipApiException>()).Which;
        _cluster.Faults.Unreachable = false;
        refused.Should().Match<KairshipApiException>(e => e.Status == 409 && e.Message.Contains("held by busy-1"));

        using var deployer = KairshipClient.Connect(_server.Address, await _server.KeyAsync("ci", "deployer"));
        (await deployer.Invoking(d => d.RemoveApplicationAsync("busy")).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(403);
        (await _server.Admin.Invoking(a => a.RemoveApplicationAsync("nobody")).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(404);
    }

    private async Task ReleaseAsync(string name, int number = 1)
    {
        await _server.Admin.ApplyApplicationAsync(Yaml(name));
        var release = await _server.Admin.StartReleaseAsync(name, new StartReleaseRequest(SampleApplications.Manifests(), Revision: "v1"));
        release.Number.Should().Be(number);
        (await _server.Admin.WaitForReleaseAsync(release.Id)).Release.Status.Should().Be("Succeeded");
    }

    private static string Yaml(string name) => SampleApplications.Yaml(name, "deploy").Replace("namespace: shop", $"namespace: {name}");

    private IEnumerable<string> Objects(string ns)
    {
        (string Group, string Plural)[] kinds = [("apps", "deployments"), ("", "services"), ("", "configmaps")];
        return kinds.SelectMany(k => _cluster.Store.List(k.Group, k.Plural, ns).Select(o => $"{k.Plural}/{o["metadata"]!["name"]}")).Where(name => name != "configmaps/kube-root-ca.crt");
    }
}
