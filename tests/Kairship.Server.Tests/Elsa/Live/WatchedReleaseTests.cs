using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Elsa.Live;

/// <summary>A canary release watched from its first step to its end, with the approval in between.</summary>
public sealed class WatchedReleaseTests : IAsyncLifetime
{
    private readonly RunningServer server = new() { UseShippedWorkflows = true };
    private SimulatedCluster cluster = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "edge" });
        await server.InitializeAsync();
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
    public async Task Canary_WaitsForItsApproval_Blocked_AndGoesOnToItsEnd()
    {
        var release = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(SampleApplications.Manifests("1.0"), Revision: "v1"));
        await using var ear = await StudioEar.ConnectAsync(server, server.AdminToken);
        await Eventually.HoldsAsync(async () => (await server.Admin.GetReleaseAsync(release.Id)).Release.InstanceId is not null, "it has an instance");
        await ear.ObserveAsync((await server.Admin.GetReleaseAsync(release.Id)).Release.InstanceId!);
        await Eventually.HoldsAsync(async () => (await server.Admin.GetReleaseAsync(release.Id)).PendingApproval is not null, "it asks for its approval");
        await UntilAsync(() => Blocked(ear).Count == 1, "the approval is blocked, and nothing else");
        var node = Blocked(ear).Single();
        ear.Stats[node].GetProperty("startedCount").GetInt32().Should().Be(1);

        using var manager = KairshipClient.Connect(server.Address, await server.KeyAsync("manager", "release-manager"));
        var approval = (await server.Admin.GetReleaseAsync(release.Id)).PendingApproval!;
        await manager.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest));

        await UntilAsync(() => ear.Of("Workflow1").Completed == 1, "the release ends");
        ear.Of(node).Should().Be((1, 1, false, false));
        Blocked(ear).Should().BeEmpty();
        ear.Stats.Values.Should().OnlyContain(s => !s.GetProperty("isFaulted").GetBoolean());
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await cluster.DisposeAsync();
    }

    private static List<string> Blocked(StudioEar ear) => [.. ear.Stats.Where(s => s.Value.GetProperty("isBlocked").GetBoolean()).Select(s => s.Key)];

    private static Task UntilAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(() => Task.FromResult(condition()), what);
}
