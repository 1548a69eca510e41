using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Releases;

public enum ReleaseStatus
{
    Pending,
    AwaitingApproval,
    Progressing,
    Paused,
    RollingBack,

    // From here on it is over.
    Succeeded,
    RolledBack,
    Aborted,
    Rejected,
    Failed,
}

/// <summary>An application on its way to a revision.</summary>
/// <param name="Id">"storefront-7": application and number.</param>
/// <param name="Spec">The application as it was when the release was asked for; the release never looks at a later one.</param>
/// <param name="FromRevision">What was released before, per the application's history; null for the first.</param>
/// <param name="Reason">Why it failed or was rolled back, naming cluster and object; null while all is well.</param>
public sealed record Release(
    string Id, string Application, int Number, string Revision, string? FromRevision, string Workflow, string? InstanceId, ReleaseStatus Status,
    string? Reason, string RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, Application Spec)
{
    /// <summary>What is asked of the placement; null: only what the application says.</summary>
    public PlacementChange? Change { get; init; }

    public ReleaseKind Kind => Change?.Kind ?? ReleaseKind.Release;

    public bool IsOver => Status >= ReleaseStatus.Succeeded;
}

public enum ClusterPhase
{
    Waiting,
    Canary,
    Promoting,
    Promoted,
    RollingBack,
    RolledBack,
    Failed,

    /// <summary>What the application has there is being deleted, since it goes elsewhere.</summary>
    Leaving,
    Left,
}

/// <summary>How a release stands in one cluster.</summary>
/// <param name="Weight">Requested canary share in percent.</param>
/// <param name="Desired">Pods that should be there: stable and canary.</param>
public sealed record ReleaseCluster(
    string ReleaseId, string Cluster, string Wave, ClusterPhase Phase, int Weight, int Ready, int Desired, string Health, string? Message,
    DateTimeOffset UpdatedAt);

/// <summary>A line in a release's story.</summary>
public sealed record ReleaseEvent(string ReleaseId, DateTimeOffset At, string Kind, string? Cluster, string Message);
