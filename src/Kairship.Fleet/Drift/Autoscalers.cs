using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Drift;

/// <summary>Which workloads of a cluster an autoscaler sizes, whoever made it.</summary>
internal static class Autoscalers
{
    private static readonly string[] Versions = ["autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1"];
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    /// <summary>Keys ("Deployment/web") by namespace.</summary>
    public static async Task<Func<string?, IReadOnlySet<string>>> ReadAsync(ClusterConnection connection, IReadOnlyList<Manifest> released, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        var places = released.Where(m => WorkloadKey.HasReplicas(m.Ref)).Select(m => m.Ref.Namespace).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        foreach (var ns in places)
        {
            keys[ns] = await ReadAsync(connection, ns, cancellationToken);
        }

        return ns => ns is not null && keys.TryGetValue(ns, out var found) ? found : None;
    }

    private static async Task<IReadOnlySet<string>> ReadAsync(ClusterConnection connection, string ns, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var version in Versions)
        {
            if (await connection.Discovery.FindAsync(version, "HorizontalPodAutoscaler", cancellationToken) is not null)
            {
                await AddAsync(version, "HorizontalPodAutoscaler");
                break;
            }
        }

        if (await connection.Discovery.FindAsync("keda.sh/v1alpha1", "ScaledObject", cancellationToken) is not null)
        {
            await AddScaledObjectsAsync();
        }

        return found;

        async Task AddScaledObjectsAsync()
        {
            try
            {
                await AddAsync("keda.sh/v1alpha1", "ScaledObject");
            }
            catch (ClusterException exception) when (exception.Kind == ClusterFailure.Forbidden)
            {
                // Each of them that works has made an autoscaler, which has been read; only those that are paused are missed.
            }
        }

        async Task AddAsync(string version, string kind)
        {
            var list = await connection.Resources.ListAsync(version, kind, ns, null, cancellationToken);
            found.UnionWith(WorkloadKey.Autoscaled([.. list.Items.Select(Manifest.From)]));
        }
    }
}
