namespace Kairship.Delivery.Placement;

/// <summary>Kubernetes' label selector: all must hold. Empty selects everything.</summary>
public sealed record LabelSelector(IReadOnlyDictionary<string, string>? MatchLabels = null, IReadOnlyList<LabelRequirement>? MatchExpressions = null);

/// <summary>Operators In, NotIn, Exists, DoesNotExist.</summary>
public sealed record LabelRequirement(string Key, string Operator, IReadOnlyList<string>? Values = null);

/// <summary>Karmada's field selector: keys provider, region and zone, operators In and NotIn; all must hold. NotIn holds where a cluster has no such field.</summary>
public sealed record FieldSelector(IReadOnlyList<LabelRequirement>? MatchExpressions = null);

/// <summary>Karmada's cluster affinity: named ones (none named = all), less the excluded, that both selectors select (null = all).</summary>
public sealed record ClusterAffinity(
    IReadOnlyList<string>? ClusterNames = null, IReadOnlyList<string>? Exclude = null, LabelSelector? LabelSelector = null, FieldSelector? FieldSelector = null);

/// <summary>One of several alternatives, tried in their order.</summary>
public sealed record NamedAffinity(string Name, ClusterAffinity Affinity);

public enum SpreadField
{
    Cluster,
    Region,
    Zone,
    Provider,
}

/// <summary>Over how many clusters, regions, zones or providers an application spreads.</summary>
/// <param name="MaxGroups">0: no bound.</param>
public sealed record SpreadConstraint(SpreadField SpreadByField, int MinGroups = 1, int MaxGroups = 0);

public enum ReplicaSchedulingType
{
    /// <summary>Every cluster gets the replicas of the manifest.</summary>
    Duplicated,

    /// <summary>The replicas of the manifest are divided over the clusters by weight.</summary>
    Divided,
}

public enum ReplicaDivisionPreference
{
    /// <summary>By static weights, or by the room that clusters have.</summary>
    Weighted,

    /// <summary>Over as few clusters as have room.</summary>
    Aggregated,
}

public enum DynamicWeight
{
    /// <summary>A cluster weighs as many replicas as it still has room for.</summary>
    AvailableReplicas,
}

public sealed record StaticWeight(ClusterAffinity TargetCluster, int Weight);

/// <summary>Where an application may go, and how its replicas are dealt out. Karmada's words and meaning.</summary>
public sealed record PlacementPolicy
{
    public ClusterAffinity ClusterAffinity { get; init; } = new();

    /// <summary>Alternatives in the order in which they are tried; excludes <see cref="ClusterAffinity"/>.</summary>
    public IReadOnlyList<NamedAffinity> ClusterAffinities { get; init; } = [];
    public IReadOnlyList<Toleration> ClusterTolerations { get; init; } = [];

    /// <summary>Ignored by static weights, which name their clusters themselves.</summary>
    public IReadOnlyList<SpreadConstraint> SpreadConstraints { get; init; } = [];
    public ReplicaSchedulingType ReplicaScheduling { get; init; } = ReplicaSchedulingType.Duplicated;
    public ReplicaDivisionPreference DivisionPreference { get; init; } = ReplicaDivisionPreference.Weighted;

    /// <summary>For Divided: weight of a cluster = the greatest of the matching rules; clusters without weight drop out; no rule at all means 1 each.</summary>
    public IReadOnlyList<StaticWeight> StaticWeights { get; init; } = [];

    /// <summary>For Divided and Weighted: excludes <see cref="StaticWeights"/>.</summary>
    public DynamicWeight? DynamicWeight { get; init; }

    internal bool IsDuplicated => ReplicaScheduling == ReplicaSchedulingType.Duplicated;

    internal bool IsAggregated => !IsDuplicated && DivisionPreference == ReplicaDivisionPreference.Aggregated;

    internal bool IsStatic => !IsDuplicated && !IsAggregated && DynamicWeight is null;
}
