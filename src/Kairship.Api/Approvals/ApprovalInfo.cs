using System.Text.Json.Serialization;

namespace Kairship.Api.Approvals;

/// <param name="Status">Pending, Approved, Rejected, Expired or Void.</param>
/// <param name="Roles">Who may decide: a key with any of them. Empty: everybody but the requester.</param>
public sealed record ApprovalInfo(
    string Id, string ReleaseId, string Application, string PlanDigest, string RequestedBy, int MinApprovals, IReadOnlyList<string> Roles,
    string Status, DateTimeOffset RequestedAt, DateTimeOffset? ExpiresAt, IReadOnlyList<ApprovalDecisionInfo> Decisions);

public sealed record ApprovalDecisionInfo(string By, IReadOnlyList<string> Roles, bool Approve, string? Comment, DateTimeOffset At);

/// <param name="PlanDigest">The plan that was looked at. When it is not the approval's, the decision is refused: the plan changed meanwhile.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DecideApprovalRequest(bool Approve, string PlanDigest, string? Comment = null);
