using System.Text.Json.Serialization;

namespace Kairship.Api.Clusters;

/// <summary>Joins a member cluster, or gives a joined one new credentials. The kubeconfig holds its data inline: file references and exec plugins are refused.</summary>
/// <param name="Context">The context inside the kubeconfig; null: its current one.</param>
/// <param name="Kubeconfig">Null or empty only with <paramref name="InCluster"/>.</param>
/// <param name="Labels">Null: as they are, or none for a new cluster.</param>
/// <param name="InCluster">The cluster that the server itself runs in, by the service account of its pod.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record JoinClusterRequest(string Name, string? Kubeconfig, string? Context = null, IReadOnlyDictionary<string, string>? Labels = null, bool InCluster = false);

/// <param name="Condition">From the last probe; null before the first.</param>
public sealed record ClusterInfo(
    string Name, IReadOnlyDictionary<string, string> Labels, string Server, string? Context, DateTimeOffset JoinedAt, ClusterConditionInfo? Condition)
{
    /// <summary>Those that people set, and those of its condition.</summary>
    public IReadOnlyList<TaintInfo> Taints { get; init; } = [];
}

/// <summary>How a cluster is. What stands in front is its condition Ready.</summary>
/// <param name="Ready">"True", "False" or "Unknown". It changes only when what looks find lasts.</param>
/// <param name="LatencyMilliseconds">The median over the last looks.</param>
public sealed record ClusterConditionInfo(
    string Ready, string? Reason, string? Message, string? Version, int? Nodes, double? LatencyMilliseconds, DateTimeOffset CheckedAt)
{
    /// <summary>Since when Ready is what it is.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What the last look found, where that is something else and has not lasted yet.</summary>
    public string? Observed { get; init; }

    public double? LatencyP95Milliseconds { get; init; }

    /// <summary>Ready, Authorized, CertificateExpiring.</summary>
    public IReadOnlyList<ConditionInfo> Conditions { get; init; } = [];

    /// <summary>Null: not counted yet, or it may not be read.</summary>
    public CapacityInfo? Capacity { get; init; }
}

/// <param name="Status">"True", "False" or "Unknown". Of CertificateExpiring, True is a warning.</param>
/// <param name="Message">What it is and what to do.</param>
public sealed record ConditionInfo(string Type, string Status, string Reason, string Message, DateTimeOffset LastTransition);

/// <param name="Allocatable">Of nodes that are Ready and take pods.</param>
/// <param name="Requested">By all pods that have a node and have not ended.</param>
public sealed record CapacityInfo(int ReadyNodes, AmountsInfo Allocatable, AmountsInfo Requested, AmountsInfo Available, int PendingPods, DateTimeOffset CountedAt);

/// <param name="CpuMillis">Thousandths of a core.</param>
public sealed record AmountsInfo(long CpuMillis, long MemoryBytes, long Pods);

/// <summary>A change of a cluster's readiness.</summary>
/// <param name="From">Null: nothing was known before.</param>
public sealed record ClusterTransitionInfo(long Number, string? From, string To, string Reason, string Message, DateTimeOffset At);
