using Kairship.Api;
using Kairship.Api.Applications;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Simulator;
using Kairship.Testing.Kube;

namespace Kairship.Server.Tests.Drift;

/// <summary>Drift through the API, on one simulated cluster.</summary>
public sealed class DriftTests : IAsyncLifetime
{
    private const string Web = "apis/apps/v1/namespaces/shop/deployments/web";
    private const string Hacked = """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"registry.example/shop/storefront:hacked"}]}}}}""";

    private readonly RunningServer server = new() { UseShippedWorkflows = true };
    private SimulatedCluster cluster = null!;
    private ClusterHand hand = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "edge", PodReadyAfter = TimeSpan.FromMilliseconds(20) });
        hand = new ClusterHand(cluster);
        await server.InitializeAsync();
        await server.Admin.JoinClusterAsync(new JoinClusterRequest("edge", cluster.Kubeconfig));
        await ApplyAsync("{mode: ignore}");
        (await server.Admin.Invoking(a => a.CheckDriftAsync("web", new DriftRequest())).Should().ThrowAsync<KairshipApiException>()).Which.Message.Should().Contain("never released");
        var release = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(SampleApplications.Manifests("1.0"), Revision: "v1"));
        await Eventually.HoldsAsync(async () => (await server.Admin.GetReleaseAsync(release.Id)).Release.Status == "Succeeded", "web is released");
    }

    [Fact]
    public async Task Check_ReportsHealsAndIsAudited()
    {
        (await server.Admin.Invoking(a => a.GetDriftAsync("web")).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(404);
        (await server.Admin.CheckDriftAsync("web", new DriftRequest())).Should().Match<DriftReportInfo>(r => !r.HasDrift && r.Release == "web-1" && r.Revision == "v1");

        await hand.PatchAsync(Web, Hacked);
        var found = await server.Admin.CheckDriftAsync("web", new DriftRequest());
        found.Clusters.Single().Should().Match<ClusterDriftInfo>(c => c.State == "Drifted" && c.Message == "1 changed");
        found.Clusters.Single().Objects.Single().Should().Match<DriftedObjectInfo>(o => o.Drift == "Changed" && o.Name == "web" && o.Managers.Single() == "kubectl-edit");
        (await server.Admin.GetDriftAsync("web")).Should().BeEquivalentTo(found);
        (await server.Admin.GetApplicationAsync("web")).Conditions.Should().ContainSingle()
            .Which.Should().Match<ApplicationConditionInfo>(c => c.Cluster == "edge" && c.Type == "InSync" && c.Status == "False" && c.Reason == "Drifted");

        using var viewer = KairshipClient.Connect(server.Address, await server.KeyAsync("viewer", "viewer"));
        (await viewer.GetDriftAsync("web")).HasDrift.Should().BeTrue();
        (await viewer.Invoking(v => v.CheckDriftAsync("web", new DriftRequest())).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(403);

        (await server.Admin.CheckDriftAsync("web", new DriftRequest(Heal: true))).Healed.Should().Equal("edge: Deployment/shop/web");
        (await server.Admin.GetApplicationAsync("web")).Conditions!.Single().Status.Should().Be("True");
        var lines = (await server.Admin.ListAuditAsync()).Items.Where(l => l.Subject == "web").ToList();
        lines.Should().Contain(l => l.Action == "drift.state" && l.Detail!.Contains("Drifted")).And.Contain(l => l.Action == "drift.heal" && l.Detail!.Contains("kubectl-edit"))
            .And.Contain(l => l.Action == "drift.check");
    }

    [Fact]
    public async Task Patrol_PutsBackByItself_AlsoAfterARestart()
    {
        await ApplyAsync("{mode: heal, interval: 1s}");
        await hand.PatchAsync(Web, Hacked);
        await Eventually.HoldsAsync(IsBackAsync, "it is put back");
        await server.StopAsync();
        await hand.DeleteAsync("api/v1/namespaces/shop/services/web");
        await server.StartAsync();
        await Eventually.HoldsAsync(
            async () => (await hand.GetAsync("api/v1/namespaces/shop/services"))["items"]!.AsArray().Any(i => i!["metadata"]!["name"]!.ToString() == "web"), "the service is back");
        await Eventually.HoldsAsync(
            async () => (await server.Admin.ListAuditAsync()).Items.Any(l => l.Who == "system:drift" && l.Action == "drift.heal" && l.Detail!.Contains("Missing Service/shop/web")), "it is in the audit log");
    }

    [Fact]
    public async Task Apply_StatusRuleThatIsNoJavaScript_IsRefusedAtItsField()
    {
        var refused = await server.Admin.Invoking(a => a.ApplyApplicationAsync(
            SampleApplications.Yaml("ruled", "deploy") + "\n  status: [{group: example.org, kind: Cache, current: \"object.status ===\"}]")).Should().ThrowAsync<KairshipApiException>();
        refused.Which.Message.Should().Contain("spec.status[0].current");
    }

    private async Task<bool> IsBackAsync() =>
        (await hand.GetAsync(Web))["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString().EndsWith(":1.0", StringComparison.Ordinal);

    private Task ApplyAsync(string drift) => server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("web", "deploy") + $"\n  drift: {drift}");

    public async ValueTask DisposeAsync()
    {
        hand.Dispose();
        await server.DisposeAsync();
        await cluster.DisposeAsync();
    }
}
