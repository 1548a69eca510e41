using Kairship.Api.Approvals;
using Kairship.Api.Releases;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Releases;

namespace Kairship.Server.Releases;

/// <summary>Delivery's records as the wire has them.</summary>
internal static class ReleaseInfos
{
    public static ReleaseInfo Of(Release release) => new(
        release.Id, release.Application, release.Number, release.Revision, release.FromRevision, release.Workflow, release.InstanceId,
        release.Status.ToString(), release.IsOver, release.Reason, release.RequestedBy, release.RequestedAt, release.FinishedAt, release.Kind.ToString(),
        release.Change?.Cause);

    public static ReleaseClusterInfo Of(ReleaseCluster state) => new(
        state.Cluster, state.Wave, state.Phase.ToString(), state.Weight, state.Ready, state.Desired, state.Health, state.Message, state.UpdatedAt);

    public static ReleaseEventInfo Of(ReleaseEvent line) => new(line.At, line.Kind, line.Cluster, line.Message);

    public static ApprovalInfo Of(Approval approval) => new(
        approval.Id, approval.ReleaseId, approval.Application, approval.PlanDigest, approval.RequestedBy, approval.MinApprovals, approval.Roles,
        approval.Status.ToString(), approval.RequestedAt, approval.ExpiresAt,
        [.. approval.Decisions.Select(d => new ApprovalDecisionInfo(d.By, d.Roles, d.Approve, d.Comment, d.At))]);
}
