using System.Diagnostics;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Drift;
using Kairship.Fleet.Health;
using Kairship.Fleet.Metrics;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.Status;
using Kairship.Fleet.Watching;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kairship.Fleet.Tests;

/// <summary>All of the room as the host registers it, over a store in memory and keys that die with the test.</summary>
internal sealed class FleetUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public FleetUnderTest(Action<ClusterOptions>? configure = null, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddKairshipFleet(options =>
        {
            options.RetryDelay = TimeSpan.FromMilliseconds(5);
            options.DiscoveryRefresh = TimeSpan.Zero;
            options.SettleTimeout = TimeSpan.FromSeconds(20);
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public IClusterStore Store => Get<IClusterStore>();

    public ClusterRegistry Registry => Get<ClusterRegistry>();

    public ClusterConnections Connections => Get<ClusterConnections>();

    public Applier Applier => Get<Applier>();

    public Planner Planner => Get<Planner>();

    public Pruner Pruner => Get<Pruner>();

    public HealthReader Health => Get<HealthReader>();

    public DriftInspector DriftInspector => Get<DriftInspector>();

    public Healer Healer => Get<Healer>();

    public ClusterRooms Rooms => Get<ClusterRooms>();

    public MetricReader Metrics => Get<MetricReader>();

    public ClusterProbe Probe => Get<ClusterProbe>();

    public ResourceWatcher Watcher => Get<ResourceWatcher>();

    public ClusterWatches Watches => Get<ClusterWatches>();

    public ClusterWatch ClusterWatch => Get<ClusterWatch>();

    public async Task<ClusterConnection> JoinAsync(string name, string kubeconfig)
    {
        var result = await Registry.JoinAsync(name, kubeconfig, null, new Dictionary<string, string>());
        result.Should().BeOfType<JoinResult.Joined>(result.ToString());
        return await Connections.GetAsync(name);
    }

    /// <summary>Waits for a condition; fails after 20 seconds with what was waited for.</summary>
    public static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await reached())
        {
            watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20), $"waiting for: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public static Task UntilAsync(Func<bool> reached, string what) => UntilAsync(() => Task.FromResult(reached()), what);

    /// <summary>Reads until it is as it should be.</summary>
    public static async Task<T> ValueAsync<T>(Func<Task<T>> read, Func<T, bool> reached, string what)
        where T : class
    {
        T? value = null;
        await UntilAsync(async () => reached(value = await read()), what);
        return value!;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
