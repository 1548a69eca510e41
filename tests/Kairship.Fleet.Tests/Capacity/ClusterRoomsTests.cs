using System.Text.Json.Nodes;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Simulator;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Fleet.Tests.Capacity;

public sealed class ClusterRoomsTests
{
    private static readonly PodRequest Pod = new(new NodeAmounts(400));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_AreReadWithWhatIsOnThem_AndWhatKeepsPodsAway()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions
        {
            Name = "sim", Nodes = 3, NodeCpu = "4", NodePods = 20, Labels = new Dictionary<string, string> { ["tier"] = "edge" },
        });
        Change(cluster, "sim-1", n => n["spec"]!["unschedulable"] = true);
        Change(cluster, "sim-2", n => n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"gpu","value":"yes","effect":"NoSchedule"}]"""));
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("edge", cluster.Kubeconfig);
        await RunAsync(connection, "web", 3);

        var read = await FleetUnderTest.ValueAsync(() => NodeReader.ReadAsync(connection, Token), r => r.Workloads.GetValueOrDefault("default/Deployment/web") == 3, "three pods");

        read.Nodes.Select(n => (n.Name, n.Allocatable.CpuMilli, n.Pods, n.Requested.CpuMilli, n.PodsThere, n.IsUnschedulable)).Should().BeEquivalentTo(
            [("sim-0", 4000L, 20, 1200L, 3, false), ("sim-1", 4000L, 20, 0L, 0, true), ("sim-2", 4000L, 20, 0L, 0, false)]);
        read.Nodes.Single(n => n.Name == "sim-2").Taints.Should().Equal(new Taint("gpu", TaintEffect.NoSchedule, "yes"));
        read.Nodes.Should().OnlyContain(n => n.Labels["tier"] == "edge");
        (read.ReadyNodes, read.PendingPods).Should().Be((3, 0));
        (read.WaitingPods, read.WaitingSince).Should().Be((0, null));

        await RunAsync(connection, "web", 30);
        read = await FleetUnderTest.ValueAsync(() => NodeReader.ReadAsync(connection, Token), r => r.WaitingPods == 20, "20 of 30 pods of 400m fit nowhere: one node of 4 cores is open");
        read.WaitingSince.Should().NotBeNull();
    }

    [Fact]
    public async Task WhatOneTakes_TheNextDoesNotSee_UntilItIsSettled_OrWaitedForTooLong()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Nodes = 1, NodeCpu = "1" });
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var fleet = new FleetUnderTest(clock: clock);
        await fleet.JoinAsync("edge", cluster.Kubeconfig);

        (await FreeAsync(fleet, "a", takes: 2)).Should().Be(2);
        (await FreeAsync(fleet, "b")).Should().Be(0);
        (await FreeAsync(fleet, "a")).Should().Be(2, "what was expected for it is not counted against it");
        (await FreeAsync(fleet, "b")).Should().Be(0, "looking takes nothing and gives nothing back");
        (await FreeAsync(fleet, "a", takes: 1)).Should().Be(2);
        (await FreeAsync(fleet, "b")).Should().Be(1, "a new plan replaces the one before");
        fleet.Rooms.Settle("a");
        (await FreeAsync(fleet, "b", takes: 2)).Should().Be(2);
        clock.Advance(new RoomOptions().AssumedFor);
        (await FreeAsync(fleet, "c")).Should().Be(2, "pods that never came are not waited for for ever");
    }

    [Fact]
    public async Task PodsThatHaveCome_AreNotCountedTwice()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Nodes = 1, NodeCpu = "2" });
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var fleet = new FleetUnderTest(clock: clock);
        var connection = await fleet.JoinAsync("edge", cluster.Kubeconfig);
        (await FreeAsync(fleet, "a", takes: 3)).Should().Be(5);
        await RunAsync(connection, "web", 2);
        await FleetUnderTest.ValueAsync(() => NodeReader.ReadAsync(connection, Token), r => r.Workloads.GetValueOrDefault("default/Deployment/web") == 2, "two pods");

        (await FreeAsync(fleet, "b")).Should().Be(2, "the nodes were read a moment ago: three are expected");
        clock.Advance(new RoomOptions().Interval);
        (await FreeAsync(fleet, "b")).Should().Be(2, "two have come, one is still expected");
        (await FreeAsync(fleet, "a")).Should().Be(3);
        await fleet.Rooms.DecideAsync(new RoomQuestion(["edge"], [], "b"), view =>
        {
            view.PodsThere("edge", "default", "Deployment/web").Should().Be(2);
            return new RoomUse<int>(0, null);
        }, Token);
    }

    [Fact]
    public async Task ClusterThatCannotBeRead_HasUnknownRoom_AndIsAskedAgainSoon()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Nodes = 1, NodeCpu = "1" });
        await using var empty = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "none", Nodes = 0 });
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var fleet = new FleetUnderTest(clock: clock);
        await fleet.JoinAsync("edge", cluster.Kubeconfig);
        await fleet.JoinAsync("empty", empty.Kubeconfig);
        cluster.Faults.Unreachable = true;

        var unknown = await fleet.Rooms.DecideAsync(
            new RoomQuestion(["edge", "empty", "stranger"], [], "a"), view => new RoomUse<IReadOnlyDictionary<string, string>>(view.Unknown, null), Token);

        unknown.Keys.Should().BeEquivalentTo("edge", "empty", "stranger");
        unknown["edge"].Should().StartWith("its nodes and pods cannot be read");
        unknown["empty"].Should().Contain("no nodes");
        (await FreeAsync(fleet, "a")).Should().BeNull();
        cluster.Faults.Heal();
        clock.Advance(new RoomOptions().RetryAfter);
        (await FreeAsync(fleet, "a")).Should().Be(2);
        (await fleet.Rooms.DecideAsync(new RoomQuestion([], ["edge"], "a"), view => new RoomUse<object>(view.Book.Free("edge", Pod) is { } free ? free : "unknown", null), Token))
            .Should().Be("unknown", "a cluster that is elastic now limits nothing any more");
    }

    private static Task<int?> FreeAsync(FleetUnderTest fleet, string holder, int takes = 0) => fleet.Rooms.DecideAsync(
        new RoomQuestion(["edge"], [], holder),
        view => new RoomUse<int?>(view.Book.Free("edge", Pod), takes == 0 ? null : [new ExpectedPods("default", new CapacityNeed("edge", "Deployment/web", Pod, takes), takes)]), Token);

    private static async Task RunAsync(ClusterConnection connection, string name, int replicas)
    {
        var deployment = SampleManifests.Deployment(name, replicas: replicas);
        deployment.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"requests":{"cpu":"400m"}}""");
        await connection.Resources.ApplyAsync(deployment, new ApplyOptions());
    }

    private static void Change(SimulatedCluster cluster, string node, Action<JsonObject> change) => cluster.Store.Update(new Simulator.Objects.ObjectKey("", "nodes", null, node), before =>
    {
        var after = (JsonObject)before.DeepClone();
        change(after);
        return after;
    });
}
