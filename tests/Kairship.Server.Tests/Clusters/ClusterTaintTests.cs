using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Clusters;

public sealed class ClusterTaintTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Taints_AreSetKeptAndRemoved_AndTheAuditHasThem()
    {
        await using var east = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east" });
        await server.Admin.JoinClusterAsync(new JoinClusterRequest("east", east.Kubeconfig));

        var changed = await server.Admin.ChangeTaintsAsync("east", new ChangeTaintsRequest([new TaintToSet("disks", "NoExecute", "old"), new TaintToSet("disks", "NoSchedule")]));
        changed.Taints.Select(t => t.ToString()).Should().Equal("disks:NoSchedule", "disks=old:NoExecute");
        changed.Taints.Should().OnlyContain(t => t.TimeAdded != null && !t.ByCondition);
        (await server.Admin.JoinClusterAsync(new JoinClusterRequest("east", east.Kubeconfig))).Taints.Should().HaveCount(2, "new credentials are no reason to let everything in");
        (await server.Admin.ChangeTaintsAsync("east", new ChangeTaintsRequest(null, [new TaintToRemove("disks", "NoSchedule")]))).Taints.Should().ContainSingle();
        (await server.Admin.ListClustersAsync()).Items.Single(c => c.Name == "east").Taints.Should().ContainSingle();

        (await server.Admin.ListAuditAsync()).Items.Where(a => a is { Action: "cluster.taint", Subject: "east" }).Select(a => (a.Subject, a.Detail)).Should().Equal(("east", "disks:NoSchedule-"), ("east", "disks=old:NoExecute disks:NoSchedule"));
    }

    [Theory]
    [InlineData("disks", "Never", "set[0].effect")]
    [InlineData("disks", "1", "set[0].effect")]
    [InlineData("a b", "NoSchedule", "set[0].key")]
    [InlineData("kairship.io/not-ready", "NoExecute", "set[0].key")]
    public async Task Taint_ThatIsWrong_IsRefused_AndSaysWhere(string key, string effect, string field) =>
        (await server.Admin.Invoking(a => a.ChangeTaintsAsync("any", new ChangeTaintsRequest([new TaintToSet(key, effect)]))).Should().ThrowAsync<KairshipApiException>())
            .Which.Errors.Should().ContainSingle().Which.Path.Should().Be(field);
}
