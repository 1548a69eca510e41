using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Simulator;

namespace Kairship.Fleet.Tests.Health;

public class ClusterProbeTests
{
    [Fact]
    public async Task Probe_EachState_IsTold_PastAnOpenCircuit()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Nodes = 5 });
        await using var fleet = new FleetUnderTest(o => o.ProbeTimeout = TimeSpan.FromMilliseconds(500));
        var connection = await fleet.JoinAsync("edge", cluster.Kubeconfig);
        (await fleet.Probe.ProbeAsync("edge")).Should().Match<ClusterCondition>(
            c => c.Ready == ConditionStatus.True && c.Reason == "Ready" && c.Version == "v1.34.0" && c.Nodes == 5 && c.Latency > TimeSpan.Zero);

        cluster.Faults.Unreachable = true;
        (await fleet.Probe.ProbeAsync("edge")).Should().Match<ClusterCondition>(c => c.Ready == ConditionStatus.Unknown && c.Reason == "Unreachable");
        for (var i = 0; i < 5; i++)
        {
            await connection.Invoking(c => c.Resources.GetAsync(SampleManifests.ConfigMap("a").Ref)).Should().ThrowAsync<ClusterException>();
        }

        cluster.Faults.Heal();
        (await fleet.Probe.ProbeAsync("edge")).Ready.Should().Be(ConditionStatus.True);
        cluster.Faults.Frozen = true;
        (await fleet.Probe.ProbeAsync("edge")).Should().Match<ClusterCondition>(c => c.Ready == ConditionStatus.Unknown && c.Reason == "Timeout");
        cluster.Faults.Heal();
        await fleet.Invoking(f => f.Probe.ProbeAsync("nobody")).Should().ThrowAsync<UnknownClusterException>();
    }

    [Fact]
    public async Task Probe_TokenThatExpired_IsUnauthorized_NotUnknown()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });
        await using var fleet = new FleetUnderTest();
        await fleet.JoinAsync("edge", cluster.Kubeconfig.Replace(cluster.Token, cluster.IssueToken(TimeSpan.FromHours(1)), StringComparison.Ordinal));
        (await fleet.Probe.ProbeAsync("edge")).Ready.Should().Be(ConditionStatus.True);
        cluster.Faults.ClockSkew = TimeSpan.FromHours(2);
        (await fleet.Probe.ProbeAsync("edge")).Should().Match<ClusterCondition>(c => c.Ready == ConditionStatus.False && c.Reason == "Unauthorized");
    }
}
