using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Benchmarks.Placement;

/// <summary>A fleet and its applications, the same in every run: sizes differ by arithmetic, not by chance.</summary>
internal static class SyntheticFleet
{
    public const int NodesOfACluster = 20;
    public const int Shapes = 60;

    public static ClusterFacts[] Clusters(int count) => Enumerable.Range(0, count).Select(i => new ClusterFacts($"cluster-{i:0000}", new Dictionary<string, string>
    {
        ["region"] = $"region-{i % 10}",
        ["zone"] = $"region-{i % 10}-{i / 10 % 3}",
        ["provider"] = $"provider-{i % 3}",
        ["tier"] = i % 4 == 0 ? "core" : "edge",
    })
    {
        Taints = i % 50 == 7 ? [new Taint("maintenance", TaintEffect.NoSchedule)] : [],
    }).ToArray();

    public static List<KeyValuePair<string, IReadOnlyList<NodeFacts>>> Nodes(int count) => Enumerable.Range(0, count)
        .Select(i => KeyValuePair.Create($"cluster-{i:0000}", (IReadOnlyList<NodeFacts>)Enumerable.Range(0, NodesOfACluster).Select(n => new NodeFacts(
            $"node-{n:00}", new NodeAmounts(16_000, 64L << 30), 110, new NodeAmounts((i * 7919 + n * 104_729) % 12_000, ((i * 31 + n * 17) % 48 * 1L) << 30), (i + n) % 60)).ToList())).ToList();

    /// <summary>A fifth each: to three regions; by free room everywhere; packed; by static weights; by free room over at most eight clusters of a tier.</summary>
    public static IReadOnlyList<Func<IReadOnlyList<ClusterFacts>, PlacementRequest>> Applications(int count) =>
        Enumerable.Range(0, count).Select(Application).ToList();

    private static Func<IReadOnlyList<ClusterFacts>, PlacementRequest> Application(int i)
    {
        var policy = Policy(i);
        var workloads = Enumerable.Range(0, 1 + i / 5 % 3).Select(w => new WorkloadNeed(
            $"Deployment/w{w}", 3 + (i * 13 + w * 7) % 28,
            new PodRequest(new NodeAmounts(100 * (1 + (i + w * 11) % Shapes), (long)(64 * (1 + (i + w * 11) % Shapes)) << 20)))).ToList();
        return clusters => new PlacementRequest(policy, clusters, workloads);
    }

    private static PlacementPolicy Policy(int i) => (i % 5) switch
    {
        0 => new PlacementPolicy { SpreadConstraints = [new SpreadConstraint(SpreadField.Region, 3, 3), new SpreadConstraint(SpreadField.Cluster, 3, 5)] },
        1 => Divided with { DynamicWeight = DynamicWeight.AvailableReplicas },
        2 => Divided with { DivisionPreference = ReplicaDivisionPreference.Aggregated },
        3 => Divided with
        {
            ClusterAffinity = new ClusterAffinity(LabelSelector: new LabelSelector(new Dictionary<string, string> { ["tier"] = "core" })),
            StaticWeights = [new StaticWeight(new ClusterAffinity(FieldSelector: new FieldSelector([new LabelRequirement("region", "In", [$"region-{i % 10}", "region-2"])])), 3)],
        },
        _ => Divided with
        {
            ClusterAffinity = new ClusterAffinity(LabelSelector: new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" })),
            DynamicWeight = DynamicWeight.AvailableReplicas,
            SpreadConstraints = [new SpreadConstraint(SpreadField.Cluster, 2, 8)],
        },
    };

    private static PlacementPolicy Divided { get; } = new() { ReplicaScheduling = ReplicaSchedulingType.Divided };
}
