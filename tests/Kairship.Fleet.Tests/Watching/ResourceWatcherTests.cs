using System.Collections.Concurrent;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Tests.Resources;
using Kairship.Fleet.Watching;
using Kairship.Simulator;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Watching;

/// <summary>Must hold on any cluster.</summary>
public abstract class ResourceWatcherTests
{
    protected ResourceWatcherTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        Cluster = cluster;
    }

    protected ClusterUnderTest Cluster { get; }

    [Fact]
    public async Task Watch_ListsFirst_ThenTellsChangesInOrder()
    {
        var ns = await Cluster.NamespaceAsync();
        var client = Cluster.Connection.Resources;
        await client.ApplyAsync(ConfigMap("old", ns: ns), new());
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        var seen = new List<string>();
        await foreach (var change in Cluster.Fleet.Watcher.WatchAsync("edge", new("v1", "ConfigMap", ns, "kairship.io/application=shop"), cancellationToken: stop.Token))
        {
            seen.Add($"{change.Type} {change.Object["metadata"]?["name"]}");
            switch (seen.Count)
            {
                case 2:
                    await client.ApplyAsync(ConfigMap("new", ns: ns), new());
                    await client.ApplyAsync(ConfigMap("new", "2", ns), new());
                    await client.ApplyAsync(ConfigMap("foreign", ns: ns, application: "other"), new());
                    await client.DeleteAsync(ConfigMap("old", ns: ns).Ref);
                    break;
                case 5:
                    await stop.CancelAsync();
                    break;
            }

            if (seen.Count == 5)
            {
                break;
            }
        }

        seen.Should().Equal("Added old", "Synced ", "Added new", "Modified new", "Deleted old");
    }

    [Fact]
    public async Task ClusterWatch_WorkloadOfAnApplication_WakesItsApplication()
    {
        var ns = await Cluster.NamespaceAsync();
        var changes = new ConcurrentBag<WorkloadChange>();
        using var follow = Cluster.Fleet.ClusterWatch.Follow("edge", changes.Add);
        await FleetUnderTest.UntilAsync(() => changes.Any(c => c.Application is null), "the first lists");
        changes.Clear();
        await Cluster.Connection.Resources.ApplyAsync(Deployment("web", ns: ns), new());
        await FleetUnderTest.UntilAsync(() => changes.Any(c => c is { Application: Application, Cluster: "edge", Type: ResourceEventType.Added }), "the new deployment");
        await FleetUnderTest.UntilAsync(() => changes.Any(c => c is { Application: Application, Type: ResourceEventType.Modified }), "its pods that become ready");
    }
}

public sealed class SimulatedResourceWatcherTests(Simulated cluster) : ResourceWatcherTests(cluster), IClassFixture<Simulated>
{
    private static readonly WatchQuery ConfigMaps = new("v1", "ConfigMap", "default", "kairship.io/application=shop");

    [Fact]
    public async Task Watch_ClusterOutOfReachForAWhile_MissesNothing()
    {
        await using var other = await SimulatedCluster.StartAsync(new() { Name = "other" });
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("other", other.Kubeconfig);
        await connection.Resources.ApplyAsync(ConfigMap("goes"), new());
        await using var watch = new Running(fleet, "other");
        await FleetUnderTest.UntilAsync(() => watch.Cache.Count == 1, "the first object");
        other.Faults.Unreachable = true;
        other.Store.Delete(new("", "configmaps", "default", "goes"));
        other.Store.Create(new("", "configmaps", "default", "comes"), ConfigMap("comes").Json);
        other.Faults.Heal();
        await FleetUnderTest.UntilAsync(() => watch.Cache.Get("default", "comes") is not null && watch.Cache.Count == 1, "the second object");
        watch.Events.Should().Contain(e => e.Type == ResourceEventType.Deleted);
    }

    [Fact]
    public async Task Watch_ForgottenResourceVersion_ListsAgain()
    {
        await using var other = await SimulatedCluster.StartAsync(new() { Name = "other" });
        await using var fleet = new FleetUnderTest(o => o.MaxRetries = 0);
        await fleet.JoinAsync("other", other.Kubeconfig);
        await using var watch = new Running(fleet, "other");
        await FleetUnderTest.UntilAsync(() => watch.Cache.IsSynced, "the first list");
        other.Faults.Unreachable = true;
        // More changes than the cluster's history holds.
        for (var i = 0; i < 30_000; i++)
        {
            other.Store.Update(new("", "namespaces", null, "default"), o =>
            {
                o["metadata"]!["labels"]!["tick"] = $"{i}";
                return o;
            });
        }

        other.Store.Create(new("", "configmaps", "default", "comes"), ConfigMap("comes").Json);
        other.Faults.Heal();
        await FleetUnderTest.UntilAsync(() => watch.Events.Count(e => e.Type == ResourceEventType.Synced) == 2, "the second list");
        watch.Cache.Find("default", "comes").Should().NotBeNull();
    }

    [Fact]
    public async Task Watch_SilentForTooLong_IsOpenedAgain()
    {
        await using var other = await SimulatedCluster.StartAsync(new() { Name = "other" });
        await using var fleet = new FleetUnderTest(o =>
        {
            o.WatchIdleTimeout = TimeSpan.FromSeconds(1);
            o.AttemptTimeout = TimeSpan.FromSeconds(2);
        });
        await fleet.JoinAsync("other", other.Kubeconfig);
        await using var watch = new Running(fleet, "other");
        await FleetUnderTest.UntilAsync(() => watch.Cache.IsSynced, "the first list");
        var before = other.Requests;
        await FleetUnderTest.UntilAsync(() => other.Requests >= before + 2, "the watch to be opened twice more");
        watch.Events.Count(e => e.Type == ResourceEventType.Synced).Should().Be(1, "the watch goes on where it was");
    }

    [Fact]
    public async Task Watch_ClusterThatIsRemoved_Ends()
    {
        await using var other = await SimulatedCluster.StartAsync(new() { Name = "other" });
        await using var fleet = new FleetUnderTest();
        await fleet.JoinAsync("other", other.Kubeconfig);
        var watch = fleet.Watcher.RunAsync("other", ConfigMaps, (_, _) => ValueTask.CompletedTask);
        await fleet.Registry.RemoveAsync("other");
        await watch.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System).Invoking(w => w).Should().ThrowAsync<UnknownClusterException>();
    }

    [Fact]
    public void BackOff_Grows_IsBounded_AndJitters()
    {
        for (var failures = 1; failures < 40; failures++)
        {
            var full = Math.Min(200 * Math.Pow(2, Math.Min(failures - 1, 16)), 30_000);
            ResourceWatcher.BackOff(failures).TotalMilliseconds.Should().BeInRange(full / 2, full);
        }

        Enumerable.Range(0, 20).Select(_ => ResourceWatcher.BackOff(8)).Distinct().Should().HaveCountGreaterThan(10);
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _watch;

        public Running(FleetUnderTest fleet, string name) => _watch = fleet.Watcher.RunAsync(name, ConfigMaps, (change, _) =>
        {
            Events.Enqueue(change);
            return ValueTask.CompletedTask;
        }, Cache, _stop.Token);

        public ObjectCache Cache { get; } = new();

        public ConcurrentQueue<ResourceEvent> Events { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}

[Collection(RealCollection.Name)]
public sealed class RealResourceWatcherTests(Real cluster) : ResourceWatcherTests(cluster);
