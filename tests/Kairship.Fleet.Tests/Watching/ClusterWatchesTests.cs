using System.Collections.Concurrent;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Watching;
using Kairship.Simulator;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Watching;

public sealed class ClusterWatchesTests : IAsyncLifetime
{
    private static readonly WatchQuery ConfigMaps = new("v1", "ConfigMap", "default", "kairship.io/application=shop");
    private readonly FleetUnderTest _fleet = new();
    private SimulatedCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });
        await _fleet.JoinAsync("edge", _cluster.Kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Follow_ManyOfTheSameQuery_ShareOneWatch_AndAllAreTold()
    {
        var told = new ConcurrentBag<int>();
        var follows = Enumerable.Range(0, 20).Select(i => _fleet.Watches.Follow("edge", ConfigMaps, change =>
        {
            if (change.Type == ResourceEventType.Added)
            {
                told.Add(i);
            }
        })).ToList();
        await FleetUnderTest.UntilAsync(() => follows[0].Cache.IsSynced, "the list");
        var requests = _cluster.Requests;
        await (await _fleet.Connections.GetAsync("edge")).Resources.ApplyAsync(ConfigMap("a"), new ApplyOptions());
        await FleetUnderTest.UntilAsync(() => told.Distinct().Count() == 20, "all to be told");

        _fleet.Watches.Count.Should().Be(1);
        (_cluster.Requests - requests).Should().BeLessThan(5, "one watch serves all");
        follows.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task Follow_WhatRunsAlready_ReplaysWhatIsKnown()
    {
        var before = new ConcurrentBag<ResourceEventType>();
        using var first = _fleet.Watches.Follow("edge", ConfigMaps, change => before.Add(change.Type), replay: true);
        await (await _fleet.Connections.GetAsync("edge")).Resources.ApplyAsync(ConfigMap("a"), new ApplyOptions());
        await FleetUnderTest.UntilAsync(() => before.Contains(ResourceEventType.Added) && before.Contains(ResourceEventType.Synced), "the object");
        var told = new List<string>();
        using var second = _fleet.Watches.Follow("edge", ConfigMaps, change => told.Add(change.Type.ToString()), replay: true);
        told.Should().Equal("Added", "Synced");
    }

    [Fact]
    public async Task ClusterWatch_OfWatchesThatRunAlready_TellsThatAllIsListed()
    {
        var (first, second) = (new ConcurrentBag<WorkloadChange>(), new ConcurrentBag<WorkloadChange>());
        using var one = _fleet.ClusterWatch.Follow("edge", first.Add);
        await FleetUnderTest.UntilAsync(() => first.Any(c => c.Application is null), "the first lists");

        using var other = _fleet.ClusterWatch.Follow("edge", second.Add);

        second.Should().ContainSingle().Which.Application.Should().BeNull();
    }

    [Fact]
    public async Task Follow_ClusterThatJoinsLater_IsFollowedFromThenOn()
    {
        using var early = _fleet.Watches.Follow("later", ConfigMaps, _ => { });
        early.Cache.IsSynced.Should().BeFalse();
        await using var other = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "later" });
        await _fleet.JoinAsync("later", other.Kubeconfig);
        await FleetUnderTest.UntilAsync(() => early.Cache.IsSynced, "the list of the new cluster");
    }

    [Fact]
    public async Task Watch_MetadataOnly_HasNoDataAndIsTold()
    {
        await (await _fleet.Connections.GetAsync("edge")).Resources.ApplyAsync(ConfigMap("a"), new ApplyOptions());
        using var follow = _fleet.Watches.Follow("edge", ConfigMaps with { Content = WatchContent.Metadata }, _ => { });
        await FleetUnderTest.UntilAsync(() => follow.Cache.Count == 1, "the object");
        await (await _fleet.Connections.GetAsync("edge")).Resources.ApplyAsync(ConfigMap("b"), new ApplyOptions());
        await FleetUnderTest.UntilAsync(() => follow.Cache.Count == 2, "the event");
        follow.Cache.All.Select(o => o.Parse()).Should().OnlyContain(o => !o.ContainsKey("data") && o["metadata"]!["labels"] != null);
    }
}
