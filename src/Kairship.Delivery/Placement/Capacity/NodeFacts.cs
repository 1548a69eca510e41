namespace Kairship.Delivery.Placement.Capacity;

/// <summary>Amounts of a node or a pod.</summary>
/// <param name="Extended">What has no property of its own ("nvidia.com/gpu", "ephemeral-storage"), in whole units.</param>
public sealed record NodeAmounts(long CpuMilli = 0, long MemoryBytes = 0, IReadOnlyDictionary<string, long>? Extended = null)
{
    internal long Of(string resource) => Extended?.GetValueOrDefault(resource) ?? 0;
}

/// <summary>What decisions may know of a node.</summary>
/// <param name="Allocatable">What the kubelet offers.</param>
/// <param name="Pods">How many pods it takes.</param>
/// <param name="Requested">The sum of the requests of the pods that are on it and have not ended.</param>
/// <param name="PodsThere">How many these are.</param>
/// <param name="IsUnschedulable">Cordoned.</param>
public sealed record NodeFacts(string Name, NodeAmounts Allocatable, int Pods, NodeAmounts Requested, int PodsThere = 0, bool IsUnschedulable = false)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<Taint> Taints { get; init; } = [];
}
