using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Tests.Placement;

/// <summary>Clusters, rooms and requests in short.</summary>
internal static class Fleet
{
    /// <summary>A pod of one core: a cluster of "room n" takes n of them.</summary>
    public static readonly PodRequest Core = new(new NodeAmounts(1000));

    public static NodeFacts Node(string name, long cores, int pods = 1000, long usedMilli = 0) =>
        new(name, new NodeAmounts(cores * 1000, 1L << 40), pods, new NodeAmounts(usedMilli));

    /// <summary>"a:5 b:0 c:?" in free cores; "?" is not in the book.</summary>
    public static CapacityBook Book(string rooms) => new(rooms.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split(':')).Where(r => r[1] != "?")
        .Select(r => KeyValuePair.Create(r[0], (IReadOnlyList<NodeFacts>)[Node("n", long.Parse(r[1]))])));

    /// <summary>"a:3 b:1" as what is there of Deployment/web; empty: nothing, but the application was placed.</summary>
    public static PreviousPlacement Previous(string replicas) => new(Numbers(replicas)
        .ToDictionary(r => r.Key, r => (IReadOnlyDictionary<string, int>)new Dictionary<string, int> { ["Deployment/web"] = r.Value }));

    public static Dictionary<string, int> Numbers(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split(':')).ToDictionary(r => r[0], r => int.Parse(r[1]));

    public static ClusterFacts[] Clusters(string rooms, params (string Cluster, string Label)[] labels) => rooms.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(r => r.Split(':')[0]).Select(name => Make.Cluster(name, labels.Where(l => l.Cluster == name).Select(l => l.Label).ToArray())).ToArray();

    public static PlacementPolicy Dynamic(params SpreadConstraint[] spread) => new()
    {
        ReplicaScheduling = ReplicaSchedulingType.Divided, DynamicWeight = DynamicWeight.AvailableReplicas, SpreadConstraints = spread,
    };

    public static PlacementPolicy Aggregated(params SpreadConstraint[] spread) => new()
    {
        ReplicaScheduling = ReplicaSchedulingType.Divided, DivisionPreference = ReplicaDivisionPreference.Aggregated, SpreadConstraints = spread,
    };

    public static PlacementPolicy Duplicated(params SpreadConstraint[] spread) => new() { SpreadConstraints = spread };

    public static PlacementRequest Request(PlacementPolicy policy, string rooms, int replicas, string previous = "", params (string Cluster, string Label)[] labels) =>
        new(policy, Clusters(rooms, labels), [new WorkloadNeed("Deployment/web", replicas, Core)])
        {
            Capacity = Book(rooms), Previous = previous.Length == 0 ? null : Previous(previous),
        };

    public static PlacementDecision Decide(PlacementRequest request) => Kairship.Delivery.Placement.Placement.Decide(request);

    /// <summary>"a:3 b:1", by name; what is chosen with nothing is there with 0.</summary>
    public static string Show(this PlacementDecision decision, string workload = "Deployment/web") =>
        string.Join(' ', decision.Clusters.Select(c => $"{c.Name}:{decision.Replicas[c.Name][workload]}"));
}
