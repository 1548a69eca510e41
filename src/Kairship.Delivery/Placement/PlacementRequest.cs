using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Placement;

/// <summary>One workload with a number of replicas.</summary>
/// <param name="Key">"Deployment/web".</param>
/// <param name="Pod">What one replica asks for; null: unknown, and room does not limit it.</param>
public sealed record WorkloadNeed(string Key, int Replicas, PodRequest? Pod = null)
{
    /// <summary>The workloads among manifests that have replicas and that no autoscaler sizes.</summary>
    /// <exception cref="ManifestException">spec.replicas is not a whole number, or a request is not a quantity.</exception>
    public static IReadOnlyList<WorkloadNeed> Of(IReadOnlyList<Manifest> manifests, bool withPods = true)
    {
        var autoscaled = WorkloadKey.Autoscaled(manifests);
        return manifests.Where(m => WorkloadKey.HasReplicas(m.Ref) && !autoscaled.Contains(WorkloadKey.Of(m.Ref)))
            .Select(m => new WorkloadNeed(WorkloadKey.Of(m.Ref), WorkloadKey.Replicas(m), withPods ? PodRequestReader.Read(m) : null))
            .ToList();
    }
}

/// <summary>Where an application is now.</summary>
/// <param name="Replicas">Cluster to workload to replicas.</param>
/// <param name="Alternative">The name of the affinity that placed it there.</param>
public sealed record PreviousPlacement(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Replicas, string? Alternative = null);

/// <summary>Everything that a placement is decided from. The order of clusters and workloads does not count.</summary>
public sealed record PlacementRequest(PlacementPolicy Policy, IReadOnlyList<ClusterFacts> Clusters, IReadOnlyList<WorkloadNeed> Workloads)
{
    /// <summary>null: a first placement.</summary>
    public PreviousPlacement? Previous { get; init; }

    /// <summary>null: room is unknown everywhere and limits nothing.</summary>
    public CapacityBook? Capacity { get; init; }

    /// <summary>Against which tolerations with seconds are counted; null: they hold.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Divide anew, without holding on to what is where.</summary>
    public bool Fresh { get; init; }

    /// <summary>The alternative to begin with; those before it are not tried. An application that fell back stays there until somebody moves it.</summary>
    public string? From { get; init; }

    /// <summary>Turns the order of names in Webster's ties when its hash is odd; null: ascending.</summary>
    public string? Uid { get; init; }

    /// <exception cref="ManifestException">A number of replicas or a pod's request cannot be read.</exception>
    public static PlacementRequest For(Application application, IReadOnlyList<ClusterFacts> clusters, IReadOnlyList<Manifest> manifests) =>
        new(application.Placement, clusters, WorkloadNeed.Of(manifests));

    /// <summary>What if these clusters were lost: neither there, nor holding anything.</summary>
    public PlacementRequest Without(params IReadOnlyCollection<string> clusters) => this with
    {
        Clusters = Clusters.Where(c => !clusters.Contains(c.Name)).ToList(),
        Previous = Previous is null ? null : Previous with { Replicas = Previous.Replicas.Where(p => !clusters.Contains(p.Key)).ToDictionary(p => p.Key, p => p.Value) },
    };
}
