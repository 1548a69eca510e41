namespace Kairship.Delivery.Rollouts;

/// <summary>How one workload stands, as its cluster reports it.</summary>
/// <param name="Object">"Deployment/web".</param>
/// <param name="IsCurrent">The report is about what was applied (observedGeneration has caught up), not about what was there before.</param>
/// <param name="Reason">The cluster's own word for what is wrong ("ImagePullBackOff"); null while nothing is.</param>
/// <param name="For">How long it has been so.</param>
public sealed record WorkloadHealth(string Object, int Ready, int Desired, bool IsCurrent, string? Reason, string? Message, TimeSpan For);

/// <summary>How one cluster stands at a step.</summary>
/// <param name="IsReported">False when the cluster could not be read: no report is not health.</param>
/// <param name="Waiting">How long the step has been waiting for this cluster.</param>
/// <param name="Message">Why it could not be read.</param>
public sealed record ClusterHealth(string Cluster, bool IsReported, IReadOnlyList<WorkloadHealth> Workloads, TimeSpan Waiting, string? Message = null);

/// <summary>One verdict for a step out of all its clusters. A gate opens on Healthy only.</summary>
public abstract record HealthVerdict
{
    /// <summary>The reason of an object that has failed by the application's own status rule for its kind.</summary>
    public const string FailedByRule = "FailedByRule";

    // Nothing gets better by waiting for these.
    private static readonly HashSet<string> Final = ["ProgressDeadlineExceeded", "InvalidImageName", "ErrImageNeverPull", "BackoffLimitExceeded", "DeadlineExceeded", FailedByRule];

    // These may pass by themselves: a registry hiccup, a config that arrives a moment later, a node that joins.
    private static readonly HashSet<string> Suspicious =
    [
        "ImagePullBackOff", "ErrImagePull", "CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "OOMKilled", "Error",
        "Unschedulable", "ReplicaFailure", "FailedCreate",
    ];

    private HealthVerdict()
    {
    }

    /// <summary>Every workload of every cluster is ready, as reported for the new revision.</summary>
    public sealed record Healthy : HealthVerdict;

    /// <param name="WaitingFor">A sentence for people: what is not ready yet.</param>
    public sealed record Progressing(string WaitingFor) : HealthVerdict;

    /// <param name="Object">"Deployment/web", or null when it is the cluster itself.</param>
    /// <param name="Message">A sentence that names cluster, object and reason.</param>
    public sealed record Failed(string Cluster, string? Object, string Reason, string Message) : HealthVerdict;

    /// <summary>
    /// Failed as soon as one workload has failed for good, has been in trouble (image cannot be pulled, crashes, cannot be scheduled) for longer than
    /// <paramref name="patience"/>, or a cluster is not healthy after <paramref name="progressDeadline"/>; the first by cluster and object is named.
    /// Otherwise Healthy when all are, else Progressing.
    /// </summary>
    /// <param name="patience">Default: a quarter of the deadline.</param>
    public static HealthVerdict Decide(IReadOnlyList<ClusterHealth> clusters, TimeSpan progressDeadline, TimeSpan? patience = null)
    {
        var ordered = clusters.OrderBy(cluster => cluster.Cluster, StringComparer.Ordinal).ToList();
        var failure = ordered.Select(cluster => Failure(cluster, progressDeadline, patience ?? progressDeadline / 4)).FirstOrDefault(found => found is not null);
        if (failure is not null)
        {
            return failure;
        }

        var waiting = ordered.Select(WaitingIn).OfType<string>().ToList();
        return clusters.Count == 0 ? new Progressing("no cluster has reported yet")
            : waiting.Count == 0 ? new Healthy()
            : new Progressing(string.Join("; ", waiting));
    }

    private static Failed? Failure(ClusterHealth cluster, TimeSpan deadline, TimeSpan patience)
    {
        var workloads = cluster.Workloads.OrderBy(w => w.Object, StringComparer.Ordinal).ToList();
        if (cluster.IsReported && workloads.Find(w => w.IsCurrent && HasFailed(w, patience)) is { } failed)
        {
            return Fail(cluster.Cluster, failed, failed.Reason!);
        }

        if (WaitingIn(cluster) is not { } waiting || cluster.Waiting < deadline)
        {
            return null;
        }

        return cluster.IsReported && workloads.Find(w => !IsHealthy(w)) is { } late
            ? Fail(cluster.Cluster, late, late.Reason ?? "ProgressDeadlineExceeded")
            : new Failed(cluster.Cluster, null, "ProgressDeadlineExceeded", $"{waiting}, for longer than {deadline}.");
    }

    private static Failed Fail(string cluster, WorkloadHealth workload, string reason) => new(
        cluster, workload.Object, reason,
        $"{workload.Object} in {cluster}: {reason}{(string.IsNullOrEmpty(workload.Message) ? "" : $": {workload.Message.TrimEnd('.')}")} ({workload.Ready}/{workload.Desired} ready).");

    private static bool HasFailed(WorkloadHealth workload, TimeSpan patience) =>
        workload.Reason is { } reason && (Final.Contains(reason) || (Suspicious.Contains(reason) && workload.For >= patience));

    private static bool IsHealthy(WorkloadHealth workload) =>
        workload.IsCurrent && workload.Ready >= workload.Desired && (workload.Reason is null || !Final.Contains(workload.Reason));

    private static string? WaitingIn(ClusterHealth cluster)
    {
        if (!cluster.IsReported)
        {
            return $"{cluster.Cluster} has not reported{(cluster.Message is null ? "" : $" ({cluster.Message})")}";
        }

        var late = cluster.Workloads.Where(w => !IsHealthy(w)).OrderBy(w => w.Object, StringComparer.Ordinal).ToList();
        return late.Count == 0 ? null : $"{cluster.Cluster}: {string.Join(", ", late.Select(Describe))}";
    }

    private static string Describe(WorkloadHealth workload) =>
        $"{workload.Object} {(workload.IsCurrent ? $"{workload.Ready}/{workload.Desired}" : "not observed yet")}{(workload.Reason is null ? "" : $" {workload.Reason}")}";
}
