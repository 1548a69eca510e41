using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Releases;

/// <summary>The shipped workflows through the API, on one simulated cluster: deploy, canary with an approval, abort, and back.</summary>
public sealed class ShippedWorkflowTests : IAsyncLifetime
{
    private readonly RunningServer server = new();
    private SimulatedCluster cluster = null!;
    private KairshipClient manager = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "edge" });
        server.UseShippedWorkflows = true;
        await server.InitializeAsync();
        manager = KairshipClient.Connect(server.Address, await server.KeyAsync("manager", "release-manager"));
        await server.Admin.JoinClusterAsync(new JoinClusterRequest("edge", cluster.Kubeconfig, null, new Dictionary<string, string> { ["tier"] = "edge" }));
        await server.Admin.ApplyApplicationAsync("""
            apiVersion: kairship.io/v1
            kind: Application
            metadata: {name: web}
            spec:
              namespace: default
              rollout:
                workflow: canary
                steps: [{setWeight: 50}, {pause: {duration: 100ms}}]
                approval: {minApprovals: 1, roles: [release-manager]}
                progressDeadline: 20s
            """);
    }

    [Fact]
    public async Task Release_IsPlannedApprovedPromoted_AndAnAbortedOneLeavesStable()
    {
        var first = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(SampleApplications.Manifests("1.0"), Revision: "v1", Workflow: "deploy"));
        await ApproveAsync(first.Id);
        await EndsAsync(first.Id, "Succeeded");
        (await server.Admin.GetApplicationAsync("web")).CurrentRevision.Should().Be("v1");

        var plan = await server.Admin.PlanAsync("web", new(Images: [new ImageTag("storefront", "2.0")]));
        plan.HasChanges.Should().BeTrue();
        plan.Clusters.Single().Objects.SelectMany(o => o.Changes).Should().Contain(c => c.After!.Contains("storefront:2.0"));
        (await server.Admin.ListRevisionsAsync("web")).Total.Should().Be(1, "a plan makes no revision");

        var second = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(Images: [new ImageTag("storefront", "2.0")], Revision: "v2"));
        await ApproveAsync(second.Id);
        await EndsAsync(second.Id, "Succeeded");
        Image().Should().EndWith(":2.0");

        var third = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(Images: [new ImageTag("storefront", "3.0")], Revision: "v3"));
        await GateAsync(third.Id);
        await server.Admin.AbortReleaseAsync(third.Id, "not today");
        var aborted = await EndsAsync(third.Id, "Aborted");
        aborted.Release.Reason.Should().Contain("not today");
        Image().Should().EndWith(":2.0");

        var back = await server.Admin.RollBackReleaseAsync(second.Id, "it is slow");
        await ApproveIfAskedAsync(back.Id);
        await EndsAsync(back.Id, "Succeeded");
        (await server.Admin.GetApplicationAsync("web")).CurrentRevision.Should().Be("v1");
        Image().Should().EndWith(":1.0");

        var inUse = await server.Admin.Invoking(a => a.RemoveClusterAsync("edge")).Should().ThrowAsync<KairshipApiException>();
        inUse.Which.Status.Should().Be(409);
        await server.Admin.RemoveClusterAsync("edge", force: true);
    }

    [Fact]
    public async Task Metrics_ShowClustersAndCommits()
    {
        var release = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(SampleApplications.Manifests("1.0"), Workflow: "deploy"));
        await ApproveAsync(release.Id);
        await EndsAsync(release.Id, "Succeeded");
        using var http = server.Http(null);

        var metrics = "";
        await Eventually.HoldsAsync(
            async () => (metrics = await http.GetStringAsync("/metrics")).Split('\n').Any(l => l.StartsWith("kairship_cluster_up{", StringComparison.Ordinal) && l.Contains("cluster=\"edge\"", StringComparison.Ordinal) && l.EndsWith("} 1", StringComparison.Ordinal)), "the cluster was looked at", () => Task.FromResult(metrics));
        metrics.Should().MatchRegex("kairship_engine_commits_total(\\{[^}]*\\})? [1-9]");
        metrics.Should().MatchRegex("kairship_releases_started_total\\{[^}]*workflow=\"deploy\"[^}]*\\} [1-9]");
    }

    public async ValueTask DisposeAsync()
    {
        manager.Dispose();
        await server.DisposeAsync();
        await cluster.DisposeAsync();
    }

    private async Task ApproveAsync(string release)
    {
        var approval = await GateAsync(release);
        await manager.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest));
    }

    private async Task ApproveIfAskedAsync(string release)
    {
        await Eventually.HoldsAsync(
            async () => await server.Admin.GetReleaseAsync(release) is { Release.IsOver: true } or { PendingApproval: not null }, $"{release} asks or ends", () => StoryAsync(release));
        if ((await server.Admin.GetReleaseAsync(release)).PendingApproval is { } approval)
        {
            await manager.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest));
        }
    }

    private async Task<ApprovalInfo> GateAsync(string release)
    {
        ApprovalInfo? approval = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var detail = await server.Admin.GetReleaseAsync(release);
                detail.Release.IsOver.Should().BeFalse(detail.Release.Reason);
                approval = detail.PendingApproval;
                return approval is not null;
            },
            $"{release} asks for approval");
        return approval!;
    }

    private async Task<ReleaseDetail> EndsAsync(string release, string status)
    {
        await Eventually.HoldsAsync(
            async () => (await server.Admin.GetReleaseAsync(release)).Release.IsOver, $"{release} ends {status}", () => StoryAsync(release));
        var end = await server.Admin.GetReleaseAsync(release);
        end.Release.Status.Should().Be(status, end.Release.Reason + "\n" + string.Join('\n', end.Events.Select(e => e.Message)));
        return end;
    }

    private async Task<string> StoryAsync(string release)
    {
        var detail = await server.Admin.GetReleaseAsync(release);
        var journal = detail.Release.InstanceId is { } instance ? (await server.Admin.GetJournalAsync(instance)).Items : [];
        return string.Join('\n', [detail.Release.ToString(), .. detail.Clusters.Select(c => c.ToString()), .. detail.Events.Select(e => e.ToString()), .. journal.Select(j => j.ToString())]);
    }

    private string Image() =>
        cluster.Store.List("apps", "deployments", "default").Single()["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString();
}
