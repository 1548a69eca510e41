namespace Kairship.Delivery.Approvals;

public enum ApprovalStatus
{
    Pending,
    Approved,
    Rejected,
    Expired,

    /// <summary>The plan it was bound to no longer holds, or what it was asked for is over.</summary>
    Void,
}

/// <summary>A question to the release managers, bound to one plan by its digest.</summary>
/// <param name="Id">Equal to the idempotency key of the gate that asked: one gate execution asks once, however often it runs.</param>
public sealed record Approval(
    string Id, string ReleaseId, string Application, string PlanDigest, string RequestedBy, int MinApprovals, IReadOnlyList<string> Roles,
    ApprovalStatus Status, DateTimeOffset RequestedAt, DateTimeOffset? ExpiresAt, IReadOnlyList<ApprovalDecision> Decisions);

/// <summary>One person's answer; one person has one.</summary>
public sealed record ApprovalDecision(string By, IReadOnlyList<string> Roles, bool Approve, string? Comment, string PlanDigest, DateTimeOffset At);
