using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Plans;

namespace Kairship.Server.Failover.Drills.Twins;

/// <summary>A cluster as its twin shall be.</summary>
/// <param name="Taints">Those that people set.</param>
/// <param name="Nodes">What is requested on them is by pods of others than the applications that are copied.</param>
/// <param name="Definitions">Of the custom kinds that the applications have objects of.</param>
/// <param name="Routers">What spreads the applications' traffic: users' own objects, which a failover changes.</param>
internal sealed record ClusterCopy(
    string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<Taint> Taints, IReadOnlyList<NodeFacts> Nodes, IReadOnlyList<JsonObject> Definitions, IReadOnlyList<JsonObject> Routers);

/// <summary>An application as it is released now.</summary>
/// <param name="Spec">What it asks for today: a failover goes by that.</param>
/// <param name="Released">What it asked for when it was released: its objects are rendered by that.</param>
/// <param name="Plan">Where its last succeeded release put it.</param>
/// <param name="Totals">Replicas in all that a scaling has set.</param>
internal sealed record ApplicationCopy(
    Application Spec, Application Released, string Revision, IReadOnlyList<Manifest> Manifests, Plan Plan, IReadOnlyDictionary<string, int> Totals)
{
    public string Name => Spec.Name;

    /// <summary>What its failover does otherwise in a drill, as sentences.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>"namespace/Deployment/web" of all that may have pods.</summary>
    public IEnumerable<string> Workloads => Manifests.Select(m => $"{m.Ref.Namespace ?? Released.Namespace}/{WorkloadKey.Of(m.Ref)}");
}

/// <summary>All of a fleet that a drill needs.</summary>
/// <param name="Notes">What could not be copied, and what differs, as sentences.</param>
internal sealed record FleetCopy(IReadOnlyList<ClusterCopy> Clusters, IReadOnlyList<ApplicationCopy> Applications, IReadOnlyList<string> Notes)
{
    /// <summary>Replicas in a cluster, by the plans.</summary>
    public int ReplicasIn(string cluster) => Applications.Sum(a => a.Plan.Targets.Where(t => t.Cluster == cluster).Sum(t => t.Replicas.Values.Sum()));

    public ClusterCopy? Find(string cluster) => Clusters.FirstOrDefault(c => c.Name == cluster);
}
