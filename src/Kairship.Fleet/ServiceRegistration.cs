using Kairship.Delivery.Failover;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Drift;
using Kairship.Fleet.Health;
using Kairship.Fleet.Metrics;
using Kairship.Fleet.Metrics.Prometheus;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.Status;
using Kairship.Fleet.Resources.Stopping;
using Kairship.Fleet.Returning;
using Kairship.Fleet.Traffic;
using Kairship.Fleet.Watching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Kairship.Fleet;

public static class ServiceRegistration
{
    /// <summary>
    /// Adds all of this room. Data Protection must be there (<c>AddDataProtection</c>, with keys that outlive the process), and an
    /// <see cref="IClusterStore"/> registered before replaces the one in memory.
    /// </summary>
    public static IServiceCollection AddKairshipFleet(this IServiceCollection services, Action<ClusterOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddOptions<ClusterOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterOptions>, ClusterOptionsValidation>());
        services.TryAddSingleton<IClusterStore, InMemoryClusterStore>();
        services.TryAddSingleton<IClusterHealthStore, InMemoryClusterHealthStore>();
        services.TryAddSingleton<IFleetBrakeStore, InMemoryFleetBrakeStore>();
        services.TryAddSingleton(new BrakeOptions());
        services.TryAddSingleton<IFleetSights, StoredSights>();
        services.TryAddSingleton<FleetBrakeKeeper>();
        services.TryAddSingleton<ClusterConnections>();
        services.TryAddSingleton<ClusterRegistry>();
        services.TryAddSingleton<ClusterProbe>();
        services.TryAddSingleton(new RoomOptions());
        services.TryAddSingleton<ClusterRooms>();
        services.TryAddSingleton(new MetricsOptions());
        services.TryAddSingleton<PrometheusClient>();
        services.TryAddSingleton<MetricReader>();
        services.TryAddSingleton<NodeCensus>();
        services.TryAddSingleton<Applier>();
        services.TryAddSingleton<Planner>();
        services.TryAddSingleton<Pruner>();
        services.TryAddSingleton<Standstill>();
        services.TryAddSingleton<Resumption>();
        services.TryAddSingleton<TrafficShifter>();
        services.TryAddSingleton<HealthReader>();
        services.TryAddSingleton<DriftInspector>();
        services.TryAddSingleton<Healer>();
        services.TryAddSingleton<ReturnReader>();
        services.TryAddSingleton<StaleObjects>();
        services.TryAddSingleton<ResourceWatcher>();
        services.TryAddSingleton<ClusterWatches>();
        services.TryAddSingleton<ClusterWatch>();
        return services;
    }

    private sealed class ClusterOptionsValidation : IValidateOptions<ClusterOptions>
    {
        public ValidateOptionsResult Validate(string? name, ClusterOptions options)
        {
            try
            {
                options.Validate();
                return ValidateOptionsResult.Success;
            }
            catch (ArgumentException exception)
            {
                return ValidateOptionsResult.Fail(exception.Message);
            }
        }
    }
}
