using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Fleet.Resources;
using Kairship.Simulator;

namespace Kairship.Fleet.Tests.Health;

public class ClusterProbeTests
{
    [Fact]
    public async Task Probe_EachState_IsTold_PastAnOpenCircuit()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Nodes = 5 });
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("edge", cluster.Kubeconfig);
        (await fleet.Probe.ProbeAsync("edge")).Should().Match<ClusterObservation>(
            c => c.Ready.Status == ConditionStatus.True && c.Ready.Reason == "Ready" && c.Version == "v1.34.0" && c.Capacity!.Nodes == 5 && c.Latency > TimeSpan.Zero);

        cluster.Faults.Unreachable = true;
        (await fleet.Probe.ProbeAsync("edge")).Ready.Should().Match<ConditionReading>(c => c.Status == ConditionStatus.Unknown && c.Reason == "Unreachable");
        for (var i = 0; i < 5; i++)
        {
            await connection.Invoking(c => c.Resources.GetAsync(SampleManifests.ConfigMap("a").Ref)).Should().ThrowAsync<ClusterException>();
        }

        cluster.Faults.Heal();
        (await fleet.Probe.ProbeAsync("edge")).Ready.Status.Should().Be(ConditionStatus.True);
        cluster.Faults.Frozen = true;
        (await fleet.Probe.ProbeAsync("edge")).Ready.Should().Match<ConditionReading>(c => c.Status == ConditionStatus.Unknown && c.Reason == "Timeout");
        cluster.Faults.Heal();
        await fleet.Invoking(f => f.Probe.ProbeAsync("nobody")).Should().ThrowAsync<UnknownClusterException>();
    }

    [Fact]
    public async Task Probe_TokenThatExpired_IsUnauthorized_NotUnknown()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });
        await using var fleet = new FleetUnderTest();
        await fleet.JoinAsync("edge", cluster.Kubeconfig.Replace(cluster.Token, cluster.IssueToken(TimeSpan.FromHours(1)), StringComparison.Ordinal));
        (await fleet.Probe.ProbeAsync("edge")).Ready.Status.Should().Be(ConditionStatus.True);
        cluster.Faults.ClockSkew = TimeSpan.FromHours(2);
        (await fleet.Probe.ProbeAsync("edge")).Ready.Should().Match<ConditionReading>(
            c => c.Status == ConditionStatus.False && c.Reason == "Unauthorized" && c.Message.Contains("the token of the kubeconfig") && c.Message.Contains("join the cluster again"));
    }

    [Fact]
    public async Task Probe_Capacity_IsWhatNodesHaveLessWhatPodsAskFor()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Nodes = 3, NodeCpu = "4", NodeMemory = "8Gi", NodePods = 20 });
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("edge", cluster.Kubeconfig);
        var deployment = SampleManifests.Deployment("web", replicas: 4);
        deployment.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"requests":{"cpu":"250m","memory":"128Mi"}}""");
        await connection.Resources.ApplyAsync(deployment, new ApplyOptions());
        await FleetUnderTest.UntilAsync(async () => (await fleet.Probe.ProbeAsync("edge")).Capacity!.Requested.Pods == 4, "four pods with a node");

        var capacity = (await fleet.Probe.ProbeAsync("edge")).Capacity!;
        capacity.Should().Match<ClusterCapacity>(c => c.Nodes == 3 && c.ReadyNodes == 3 && c.PendingPods == 0);
        capacity.Allocatable.Should().Be(new ResourceAmounts(12_000, 24L << 30, 60));
        capacity.Requested.Should().Be(new ResourceAmounts(1_000, 512L << 20, 4));
        capacity.Available.Should().Be(new ResourceAmounts(11_000, (24L << 30) - (512L << 20), 56));
        (await fleet.Probe.ProbeAsync("edge", thorough: false)).Capacity.Should().BeNull();
    }

    // What the scheduler's own documents say of init containers, sidecars and overhead.
    [Theory]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"100m"}}},{"resources":{"requests":{"cpu":"0.5","memory":"1Ki"}}}]}""", 600, 1024)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"resources":{"requests":{"cpu":"3"}}},{"resources":{"requests":{"cpu":"2"}}}]}""", 3000, 0)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}}]}""", 3000, 0)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}},{"resources":{"requests":{"cpu":"4"}}}]}""", 6000, 0)]
    [InlineData("""{"containers":[{}],"overhead":{"cpu":"250m","memory":"120Mi"}}""", 250, 120 << 20)]
    public void RequestsOf_CountsAsTheSchedulerDoes(string spec, long cpu, long memory)
    {
        using var document = JsonDocument.Parse(spec);
        CapacityReader.RequestsOf(document.RootElement).Should().Be(new ResourceAmounts(cpu, memory, 1));
    }

    [Theory]
    [InlineData(40, ConditionStatus.False, "FarFromExpiry")]
    [InlineData(29, ConditionStatus.True, "ExpiresSoon")]
    [InlineData(6, ConditionStatus.True, "ExpiresVerySoon")]
    [InlineData(-1, ConditionStatus.True, "Expired")]
    public void ExpiryRule_ByDaysLeft(int days, ConditionStatus status, string reason)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        ExpiryRule.Read([("the certificate", now.AddDays(days)), ("the token", now.AddYears(9))], now, new HealthOptions())!
            .Should().Match<ConditionReading>(r => r.Status == status && r.Reason == reason && r.Message.Contains("the certificate") == (status == ConditionStatus.True));
        ExpiryRule.Read([], now, new HealthOptions()).Should().BeNull();
    }

    [Fact]
    public void Latencies_OfTheLastLooks_AreSummedUp()
    {
        var window = new LatencyWindow(100);
        window.Summary().Should().BeNull();
        for (var i = 1; i <= 200; i++)
        {
            window.Add(TimeSpan.FromMilliseconds(i));
        }

        window.Add(TimeSpan.Zero);
        window.Summary().Should().Be(new LatencySummary(150, 195, 100));
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByNameValueAndRange()
    {
        var options = new HealthOptions { FailureThreshold = TimeSpan.FromDays(2) };
        options.Invoking(o => o.Validate()).Should().Throw<ArgumentException>().WithMessage("HealthOptions.FailureThreshold is 2.00:00:00; it is from 00:00:00 to 01:00:00.*");
        new HealthOptions().Invoking(o => o.Validate()).Should().NotThrow();
    }
}
