using System.Text.Json.Serialization;
using Kairship.Api.Approvals;

namespace Kairship.Api.Releases;

/// <summary>Sets the tag (or the whole reference) of the images called <see cref="Name"/>: the last part of the repository, all of it, or a container's name.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ImageTag(string Name, string Tag);

/// <summary>Starts a release from manifests, from the current revision with other images, or of a revision that exists.</summary>
/// <param name="Source">Multi-document YAML or JSON.</param>
/// <param name="Revision">What people call it ("v2"); null: "r" and its number. Alone: the existing revision to release.</param>
/// <param name="Workflow">Null: the one that the application names.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StartReleaseRequest(
    string? Source = null, IReadOnlyList<ImageTag>? Images = null, string? Revision = null, string? Workflow = null);

/// <summary>Why somebody pauses, resumes, aborts or rolls back.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReleaseActionRequest(string? Reason = null);

/// <param name="Id">"storefront-7".</param>
/// <param name="Status">Pending, AwaitingApproval, Progressing, Paused, RollingBack; over: Succeeded, RolledBack, Aborted, Rejected, Failed.</param>
/// <param name="Reason">Why it failed or was rolled back, naming cluster and object.</param>
/// <param name="Kind">Release: a new revision. Scale, Failover, Failback: the same revision, elsewhere.</param>
/// <param name="Cause">What happened, where the kind is not Release.</param>
public sealed record ReleaseInfo(
    string Id, string Application, int Number, string Revision, string? FromRevision, string Workflow, string? InstanceId, string Status,
    bool IsOver, string? Reason, string RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, string Kind = "Release", string? Cause = null);

/// <param name="Events">Oldest first.</param>
public sealed record ReleaseDetail(
    ReleaseInfo Release, IReadOnlyList<ReleaseClusterInfo> Clusters, IReadOnlyList<ReleaseEventInfo> Events, ApprovalInfo? PendingApproval);

/// <param name="Phase">Waiting, Canary, Promoting, Promoted, RollingBack, RolledBack or Failed.</param>
/// <param name="Weight">Canary share in percent.</param>
public sealed record ReleaseClusterInfo(
    string Cluster, string Wave, string Phase, int Weight, int Ready, int Desired, string Health, string? Message, DateTimeOffset UpdatedAt);

public sealed record ReleaseEventInfo(DateTimeOffset At, string Kind, string? Cluster, string Message);
