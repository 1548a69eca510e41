namespace Kairship.Fleet.Health;

/// <summary>CPU in thousandths of a core, memory in bytes, pods by number.</summary>
public sealed record ResourceAmounts(long CpuMillis, long MemoryBytes, long Pods)
{
    public static ResourceAmounts None { get; } = new(0, 0, 0);

    public static ResourceAmounts operator +(ResourceAmounts one, ResourceAmounts other) => one.Add(other);

    public static ResourceAmounts operator -(ResourceAmounts one, ResourceAmounts other) => one.Subtract(other);

    public ResourceAmounts Add(ResourceAmounts other) => new(CpuMillis + other.CpuMillis, MemoryBytes + other.MemoryBytes, Pods + other.Pods);

    public ResourceAmounts Subtract(ResourceAmounts other) => new(CpuMillis - other.CpuMillis, MemoryBytes - other.MemoryBytes, Pods - other.Pods);
}

/// <summary>What a cluster has room for.</summary>
/// <param name="Allocatable">Of the nodes that are Ready and take pods.</param>
/// <param name="Requested">By all pods that have a node and have not ended.</param>
/// <param name="PendingPods">Pods that no node takes yet.</param>
public sealed record ClusterCapacity(int Nodes, int ReadyNodes, ResourceAmounts Allocatable, ResourceAmounts Requested, int PendingPods, DateTimeOffset CountedAt)
{
    /// <summary>Of the pending pods those that wait because no node has room for them.</summary>
    public int WaitingPods { get; init; }

    /// <summary>Since when the one that has waited longest does; null: none waits.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Below zero where nodes were lost under their pods.</summary>
    public ResourceAmounts Available => Allocatable - Requested;
}

/// <summary>How long the API server took to answer, over the last looks.</summary>
public sealed record LatencySummary(double P50Milliseconds, double P95Milliseconds, int Samples);

/// <summary>One look at a cluster.</summary>
/// <param name="Latency">Of the first answer; zero when there was none.</param>
/// <param name="Others">The conditions beside Ready that this look found out about.</param>
/// <param name="Capacity">null: not counted this time, or it may not be read.</param>
public sealed record ClusterObservation(
    string Cluster, ConditionReading Ready, string? Version, TimeSpan Latency, DateTimeOffset At, IReadOnlyList<ConditionReading> Others, ClusterCapacity? Capacity)
{
    /// <summary>When the look began; null: it took no time.</summary>
    public DateTimeOffset? Began { get; init; }
}

/// <summary>What was found out beside the readiness.</summary>
/// <param name="Capacity">null: it may not be read, or not now.</param>
public sealed record ClusterCount(IReadOnlyList<ConditionReading> Others, ClusterCapacity? Capacity, DateTimeOffset At);

/// <summary>All that is known of how a cluster is.</summary>
/// <param name="Transition">How often its readiness changed since it first joined: the number of the last change.</param>
/// <param name="Observed">What the last look found, which becomes the condition Ready only when it lasts; null: the same.</param>
public sealed record ClusterReport(
    string Cluster, IReadOnlyList<ClusterCondition> Conditions, string? Version, ClusterCapacity? Capacity, LatencySummary? Latency, DateTimeOffset CheckedAt, long Transition, string? Observed)
{
    /// <summary>Looks in a row, up to the last one, that found something else than the condition says.</summary>
    public int FailedLooks { get; init; }

    /// <summary>When a look last found it ready; null: never since it joined, as far as is known.</summary>
    public DateTimeOffset? LastGood { get; init; }

    public ClusterCondition? Ready => Conditions.FirstOrDefault(c => c.Type == ClusterCondition.Ready);
}

/// <summary>A change of a cluster's readiness.</summary>
/// <param name="Number">1 for the first since it joined, and never again the same.</param>
/// <param name="From">null: it was not known before.</param>
public sealed record ClusterTransition(string Cluster, long Number, ConditionStatus? From, ConditionStatus To, string Reason, string Message, DateTimeOffset At);
