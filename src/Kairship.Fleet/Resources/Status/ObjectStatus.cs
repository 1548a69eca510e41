using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.Status;

/// <summary>Where an object is on its way to what was applied; the words of kstatus.</summary>
public enum Health
{
    /// <summary>The cluster has done what the object asks for.</summary>
    Current,
    InProgress,

    /// <summary>The cluster has given up.</summary>
    Failed,
    Terminating,
    NotFound,

    /// <summary>It could not be found out.</summary>
    Unknown,
}

/// <summary>The status of one object, for the generation that was applied.</summary>
/// <param name="Reason">One word: the cluster's own (ProgressDeadlineExceeded, ImagePullBackOff, CrashLoopBackOff, Unschedulable...) or ours; null when Current.</param>
/// <param name="Ready">Ready replicas of the applied generation; null for what has no replicas.</param>
/// <param name="ObservedGeneration">0: the cluster has not looked yet, or the kind does not tell.</param>
public sealed record ObjectStatus(ObjectRef Ref, Health Health, string? Reason, string Message, int? Ready, int? Desired, long ObservedGeneration);

/// <summary>The statuses of some objects of one cluster, in the order asked for.</summary>
public sealed record ClusterHealthReport(string Cluster, IReadOnlyList<ObjectStatus> Objects, DateTimeOffset At)
{
    /// <summary>Ready replicas of all workloads.</summary>
    public int Ready => Objects.Sum(o => o.Ready ?? 0);

    /// <summary>Wanted replicas of all workloads.</summary>
    public int Desired => Objects.Sum(o => o.Desired ?? 0);

    public bool AllCurrent => Objects.All(o => o.Health == Health.Current);

    /// <summary>The first object that is not Current, failures first; null when all are.</summary>
    public ObjectStatus? Worst => Objects.Where(o => o.Health != Health.Current).OrderByDescending(o => o.Health == Health.Failed).ThenByDescending(o => o.Reason is not null && PodProblems.IsKnown(o.Reason)).FirstOrDefault();
}
