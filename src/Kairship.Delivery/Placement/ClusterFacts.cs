namespace Kairship.Delivery.Placement;

/// <summary>
/// What decisions may know of a cluster. Provider, region and zone are labels, since labels are what a plan keeps of a cluster: rendering again from a plan
/// must choose the same overrides.
/// </summary>
public sealed record ClusterFacts(string Name, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>What keeps applications away, or drives them out.</summary>
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    public string? Provider => Labels.GetValueOrDefault("provider");

    /// <summary>The label "region", or else Kubernetes' own "topology.kubernetes.io/region".</summary>
    public string? Region => Labels.GetValueOrDefault("region") ?? Labels.GetValueOrDefault("topology.kubernetes.io/region");

    /// <summary>The label "zone", or else Kubernetes' own "topology.kubernetes.io/zone". A cluster has one: it is a place of failure.</summary>
    public string? Zone => Labels.GetValueOrDefault("zone") ?? Labels.GetValueOrDefault("topology.kubernetes.io/zone");
}

public enum TaintEffect
{
    /// <summary>Nothing new comes; what is there stays as it is.</summary>
    NoSchedule,

    /// <summary>Nothing new comes, and what is there has to go when its toleration ends.</summary>
    NoExecute,

    /// <summary>A wish: decides nothing here.</summary>
    PreferNoSchedule,
}

/// <summary>What keeps applications away from a cluster, or pods from a node.</summary>
/// <param name="TimeAdded">Since when; tolerations that last for a time count from here. Null: unknown, and such a toleration counts from now.</param>
public sealed record Taint(string Key, TaintEffect Effect, string? Value = null, DateTimeOffset? TimeAdded = null)
{
    /// <summary>"key=value:Effect", as kubectl writes it.</summary>
    public override string ToString() => $"{Key}{(string.IsNullOrEmpty(Value) ? "" : $"={Value}")}:{Effect}";
}

public enum TolerationOperator
{
    /// <summary>The taint's value must be the same.</summary>
    Equal,

    /// <summary>Any value is tolerated; without a key every taint is.</summary>
    Exists,
}

/// <summary>Kubernetes' toleration, for the taints of clusters and of nodes.</summary>
/// <param name="Effect">Null: whatever the effect.</param>
/// <param name="TolerationSeconds">How long a NoExecute taint is borne; null: for ever; 0 or less: not at all.</param>
public sealed record Toleration(
    string? Key = null, TolerationOperator Operator = TolerationOperator.Equal, string? Value = null, TaintEffect? Effect = null, long? TolerationSeconds = null)
{
    public bool Tolerates(Taint taint) =>
        (Effect is null || Effect == taint.Effect)
        && (string.IsNullOrEmpty(Key) ? Operator == TolerationOperator.Exists : Key == taint.Key)
        && (Operator == TolerationOperator.Exists || (Value ?? "") == (taint.Value ?? ""));
}
