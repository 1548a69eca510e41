using System.Globalization;
using CsCheck;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Watching;
using Kairship.Simulator;
using Kairship.Simulator.Objects;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Watching;

/// <summary>Whatever happens on the way: at rest the cache is what the cluster has, and no object ever goes back in time.</summary>
public sealed class HostileProxyTests : IAsyncLifetime
{
    private static readonly Gen<List<Step>> Scripts = Gen.Select(Gen.Int[0, 9], Gen.Enum<Change>(), Gen.Int[0, 12], (name, change, pause) => new Step($"o{name}", change, pause)).List[20, 60];
    private SimulatedCluster _cluster = null!;
    private int _runs;

    private enum Change
    {
        Put,
        Delete,
        Burst,
        Cut,
        Compact,
    }

    public async ValueTask InitializeAsync() => _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim", Tls = false });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public Task Watch_ThroughCutsRepeatsStallsAndRefusals_EndsWithWhatTheClusterHas() => Gen.Select(Gen.Int, Scripts).SampleAsync(
        async (seed, script) =>
        {
            await using var run = await Run.StartAsync(_cluster, seed, $"ns-{Interlocked.Increment(ref _runs)}", mayDrop: false, checks: TimeSpan.FromHours(24));
            await run.PlayAsync(script);
            await run.SettleAsync();
        },
        iter: 16, threads: 8);

    [Fact]
    public Task Watch_EventsThatVanishFromAHealthyStream_AreFoundByTheComparison() => Gen.Select(Gen.Int, Scripts).SampleAsync(
        async (seed, script) =>
        {
            await using var run = await Run.StartAsync(_cluster, seed, $"ns-{Interlocked.Increment(ref _runs)}", mayDrop: true, checks: TimeSpan.FromMilliseconds(300));
            await run.PlayAsync(script);
            await run.SettleAsync();
        },
        iter: 16, threads: 8);

    [Fact]
    public async Task Watch_ListOfSeveralPagesThroughTheProxy_IsWhole()
    {
        for (var i = 0; i < 1_300; i++)
        {
            _cluster.Store.Create(Key("many", $"m{i}"), ConfigMap($"m{i}", ns: "many").Json);
        }

        await using var run = await Run.StartAsync(_cluster, 7, "many", mayDrop: false, checks: TimeSpan.FromMilliseconds(200), hostileFromTheStart: true);
        await run.SettleAsync();
        run.Cache.Count.Should().Be(1_300);
    }

    [Fact]
    public async Task Watch_ThatIsAlwaysForgotten_ListsLessAndLessOften()
    {
        await using var proxy = await HostileProxy.StartAsync(_cluster.Url, 1, mayDrop: false);
        await using var fleet = new FleetUnderTest();
        await fleet.JoinAsync("edge", _cluster.Kubeconfig.Replace(_cluster.Url.Authority, proxy.Url.Authority, StringComparison.Ordinal));
        (proxy.ForgetsEverything, proxy.Lists) = (true, 0);
        using var stop = new CancellationTokenSource();
        var watch = fleet.Watcher.RunAsync("edge", new WatchQuery("v1", "ConfigMap", "loop"), (_, _) => ValueTask.CompletedTask, cancellationToken: stop.Token);
        await FleetUnderTest.UntilAsync(() => proxy.Lists >= 2, "a list and another");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        proxy.Lists.Should().BeInRange(3, 9);
        await stop.CancelAsync();
        await watch.Awaiting(w => w).Should().ThrowAsync<OperationCanceledException>();
    }

    private static ObjectKey Key(string ns, string name) => new("", "configmaps", ns, name);

    private sealed record Step(string Name, Change Change, int Pause);

    private sealed class Run : IAsyncDisposable
    {
        private readonly SimulatedCluster _cluster;
        private readonly HostileProxy _proxy;
        private readonly FleetUnderTest _fleet;
        private readonly string _ns;
        private readonly CancellationTokenSource _stop = new();
        private readonly Dictionary<string, ulong> _seen = new(StringComparer.Ordinal);
        private readonly List<string> _backwards = [];
        private Task _watch = Task.CompletedTask;

        private Run(SimulatedCluster cluster, HostileProxy proxy, FleetUnderTest fleet, string ns) => (_cluster, _proxy, _fleet, _ns) = (cluster, proxy, fleet, ns);

        public ObjectCache Cache { get; } = new();

        public static async Task<Run> StartAsync(SimulatedCluster cluster, int seed, string ns, bool mayDrop, TimeSpan checks, bool hostileFromTheStart = false)
        {
            var proxy = await HostileProxy.StartAsync(cluster.Url, seed, mayDrop);
            var fleet = new FleetUnderTest(o =>
            {
                o.WatchIdleTimeout = TimeSpan.FromSeconds(1);
                o.WatchCheckInterval = checks;
                o.MaxRetries = 1;
                o.BreakerMinimumThroughput = 10_000;
                o.AttemptTimeout = TimeSpan.FromSeconds(5);
            });
            await fleet.JoinAsync("edge", cluster.Kubeconfig.Replace(cluster.Url.Authority, proxy.Url.Authority, StringComparison.Ordinal));
            var run = new Run(cluster, proxy, fleet, ns);
            proxy.Hostile = hostileFromTheStart;
            run._watch = fleet.Watcher.RunAsync("edge", new WatchQuery("v1", "ConfigMap", ns), run.Note, run.Cache, run._stop.Token);
            return run;
        }

        public async Task PlayAsync(List<Step> script)
        {
            _proxy.Hostile = true;
            foreach (var step in script)
            {
                switch (step.Change)
                {
                    case Change.Put:
                        Put(step.Name);
                        break;
                    case Change.Delete:
                        _cluster.Store.Delete(Key(_ns, step.Name));
                        break;
                    case Change.Burst:
                        Put(step.Name);
                        _cluster.Store.Delete(Key(_ns, step.Name));
                        Put(step.Name);
                        Put(step.Name);
                        break;
                    case Change.Cut:
                        _proxy.Cut();
                        break;
                    default:
                        // Who has not followed up to now has to list anew.
                        _cluster.Store.Compact();
                        break;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(step.Pause), TimeProvider.System);
            }
        }

        /// <summary>The network is well again; what it has held up or lost until then must be caught up with.</summary>
        public async Task SettleAsync()
        {
            if (Cache.Count > 1_000)
            {
                await FleetUnderTest.UntilAsync(() => _proxy.Harm > 3, "some harm");
            }

            _proxy.Hostile = false;
            await FleetUnderTest.UntilAsync(() => Cache.IsSynced && Held().SetEquals(Cache.All.Select(o => $"{o.Name}@{o.ResourceVersion}")), "the cache to hold what the cluster has");
            lock (_seen)
            {
                _backwards.Should().BeEmpty();
            }

            _watch.IsCompleted.Should().BeFalse(_watch.Exception?.ToString());
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _fleet.DisposeAsync();
            await _proxy.DisposeAsync();
            _stop.Dispose();
        }

        private HashSet<string> Held() =>
            [.. _cluster.Store.Snapshot("", "configmaps", _ns).Objects.Select(o => $"{o["metadata"]!["name"]}@{o["metadata"]!["resourceVersion"]}")];

        private void Put(string name)
        {
            if (_cluster.Store.Get(Key(_ns, name)) is null)
            {
                _cluster.Store.Create(Key(_ns, name), ConfigMap(name, ns: _ns).Json);
            }
            else
            {
                _cluster.Store.Update(Key(_ns, name), o =>
                {
                    o["data"]!["value"] = Guid.NewGuid().ToString();
                    return o;
                });
            }
        }

        private ValueTask Note(ResourceEvent change, CancellationToken cancellationToken)
        {
            if (change.Source is { } source && change.Type != ResourceEventType.Deleted)
            {
                lock (_seen)
                {
                    var version = ulong.Parse(source.ResourceVersion, CultureInfo.InvariantCulture);
                    if (_seen.TryGetValue(source.Name, out var before) && version <= before)
                    {
                        _backwards.Add($"{source.Name}: {before} then {version}");
                    }

                    _seen[source.Name] = version;
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
