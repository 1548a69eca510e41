namespace Kairship.Delivery.Placement;

/// <summary>What decisions may know of a cluster. Labels provider, region, zone and tier have meaning for spreading and waves.</summary>
public sealed record ClusterFacts(string Name, IReadOnlyDictionary<string, string> Labels);

/// <summary>Kubernetes' label selector: all must hold. Empty selects everything.</summary>
public sealed record LabelSelector(IReadOnlyDictionary<string, string>? MatchLabels = null, IReadOnlyList<LabelRequirement>? MatchExpressions = null);

/// <summary>Operators In, NotIn, Exists, DoesNotExist.</summary>
public sealed record LabelRequirement(string Key, string Operator, IReadOnlyList<string>? Values = null);

/// <summary>Karmada's cluster affinity: named ones (none named = all), less the excluded, that the selector selects (null = all).</summary>
public sealed record ClusterAffinity(
    IReadOnlyList<string>? ClusterNames = null, IReadOnlyList<string>? Exclude = null, LabelSelector? LabelSelector = null);

public enum ReplicaSchedulingType
{
    /// <summary>Every cluster gets the replicas of the manifest.</summary>
    Duplicated,

    /// <summary>The replicas of the manifest are divided over the clusters by weight.</summary>
    Divided,
}

public sealed record StaticWeight(ClusterAffinity TargetCluster, int Weight);

public sealed record PlacementPolicy
{
    public ClusterAffinity ClusterAffinity { get; init; } = new();
    public ReplicaSchedulingType ReplicaScheduling { get; init; } = ReplicaSchedulingType.Duplicated;

    /// <summary>For Divided: weight of a cluster = the greatest of the matching rules; clusters without weight drop out; no rule at all means 1 each.</summary>
    public IReadOnlyList<StaticWeight> StaticWeights { get; init; } = [];
}
