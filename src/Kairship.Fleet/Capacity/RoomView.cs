using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Fleet.Capacity;

/// <param name="Clusters">Those whose room counts.</param>
/// <param name="Elastic">Those whose room limits nothing.</param>
/// <param name="Holder">Whose pods are placed: what was expected for it before is not counted against it.</param>
public sealed record RoomQuestion(IReadOnlyCollection<string> Clusters, IReadOnlyCollection<string> Elastic, string Holder);

/// <summary>What the asked clusters have room for, while one decision is made.</summary>
public sealed class RoomView
{
    private readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> _pods;

    internal RoomView(CapacityBook book, IReadOnlyDictionary<string, string> unknown, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> pods) =>
        (Book, Unknown, _pods) = (book, unknown, pods);

    /// <summary>Less what other applications' plans have given away. Only for this decision: it is shared, and changes afterwards.</summary>
    public CapacityBook Book { get; }

    /// <summary>Clusters whose room is not known, with the reason as the end of a sentence. They limit nothing.</summary>
    public IReadOnlyDictionary<string, string> Unknown { get; }

    /// <summary>The pods of the cluster were counted.</summary>
    public bool HasCounted(string cluster) => _pods.ContainsKey(cluster) && !Unknown.ContainsKey(cluster);

    /// <summary>Pods of a workload ("Deployment/web") that have a node in a cluster already, whoever brought them there.</summary>
    public int PodsThere(string cluster, string ns, string workload) =>
        _pods.TryGetValue(cluster, out var pods) ? pods.GetValueOrDefault(ClusterNodes.KeyOf(ns, workload)) : 0;
}

/// <summary>Pods that a decision brings to a cluster.</summary>
/// <param name="Total">How many pods of the workload the cluster will have then.</param>
public sealed record ExpectedPods(string Namespace, CapacityNeed Need, int Total);

/// <param name="Expected">What it gives away; null: nothing is decided, and what was expected for this holder before stays so.</param>
public sealed record RoomUse<T>(T Result, IReadOnlyList<ExpectedPods>? Expected);
