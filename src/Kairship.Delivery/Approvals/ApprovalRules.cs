using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Approvals;

public enum ApprovalRefusal
{
    /// <summary>Approved, rejected or void already.</summary>
    NotPending,
    Expired,

    /// <summary>The decision names another plan than the one that was asked about.</summary>
    PlanChanged,

    /// <summary>Who asked for a release does not approve it.</summary>
    Requester,
    WrongRole,
    AlreadyDecided,
}

/// <summary>What becomes of a decision.</summary>
public abstract record ApprovalOutcome
{
    private ApprovalOutcome()
    {
    }

    /// <summary>The decision counts; the approval as it is now.</summary>
    public sealed record Accepted(Approval Approval) : ApprovalOutcome;

    /// <summary>The decision does not count. The reason is a sentence for the person who made it.</summary>
    public sealed record Refused(ApprovalRefusal Kind, string Reason) : ApprovalOutcome;
}

/// <summary>Who may answer, and when a question is answered: distinct people, never the requester, bound to one plan; one rejection ends it.</summary>
public static class ApprovalRules
{
    /// <summary>Takes one person's decision. The approval becomes Rejected with the first rejection and Approved with enough distinct approvals.</summary>
    public static ApprovalOutcome Decide(Approval approval, ApprovalDecision decision, DateTimeOffset now)
    {
        if (Refuse(approval, decision, now) is { } refused)
        {
            return refused;
        }

        var decisions = approval.Decisions.Append(decision).ToList();
        var status = !decision.Approve ? ApprovalStatus.Rejected
            : decisions.Count(d => d.Approve) >= approval.MinApprovals ? ApprovalStatus.Approved
            : ApprovalStatus.Pending;
        return new ApprovalOutcome.Accepted(approval with { Decisions = decisions, Status = status });
    }

    /// <summary>
    /// True when fewer people, or other people, could let a release through by <paramref name="after"/> than by <paramref name="before"/>: whoever may deploy must not
    /// be able to decide that.
    /// </summary>
    public static bool Weakens(ApprovalRequirement? before, ApprovalRequirement? after) =>
        before is not null
        && (after is null || after.MinApprovals < before.MinApprovals
            || (before.Roles is { Count: > 0 } asked && (after.Roles is not { Count: > 0 } roles || roles.Except(asked).Any())));

    /// <summary>Expired when it is pending and its time is over; otherwise as it was.</summary>
    public static Approval Expire(Approval approval, DateTimeOffset now) =>
        approval.Status == ApprovalStatus.Pending && IsOver(approval, now) ? approval with { Status = ApprovalStatus.Expired } : approval;

    /// <summary>Void: the plan it was bound to no longer holds. What was rejected or has expired stays so.</summary>
    public static Approval Void(Approval approval) =>
        approval.Status is ApprovalStatus.Pending or ApprovalStatus.Approved ? approval with { Status = ApprovalStatus.Void } : approval;

    private static ApprovalOutcome.Refused? Refuse(Approval approval, ApprovalDecision decision, DateTimeOffset now)
    {
        if (approval.Status != ApprovalStatus.Pending)
        {
            return new(ApprovalRefusal.NotPending, $"This approval is {approval.Status.ToString().ToLowerInvariant()} already; nothing more can be decided.");
        }

        if (IsOver(approval, now))
        {
            return new(ApprovalRefusal.Expired, $"This approval expired at {approval.ExpiresAt:u}; start the release again.");
        }

        if (!string.Equals(decision.PlanDigest, approval.PlanDigest, StringComparison.Ordinal))
        {
            return new(ApprovalRefusal.PlanChanged, $"The decision is for the plan {Short(decision.PlanDigest)}, the question is about {Short(approval.PlanDigest)}; look at the plan again.");
        }

        if (IsSame(decision.By, approval.RequestedBy))
        {
            return new(ApprovalRefusal.Requester, $"{decision.By} asked for this release and cannot decide on it; somebody else must.");
        }

        if (approval.Roles.Count > 0 && !approval.Roles.Intersect(decision.Roles, StringComparer.Ordinal).Any())
        {
            return new(ApprovalRefusal.WrongRole, $"{decision.By} has none of the roles that may decide: {string.Join(", ", approval.Roles)}.");
        }

        return approval.Decisions.FirstOrDefault(d => IsSame(d.By, decision.By)) is { } earlier
            ? new(ApprovalRefusal.AlreadyDecided, $"{decision.By} has {(earlier.Approve ? "approved" : "rejected")} already; {approval.MinApprovals} different people are needed.")
            : null;
    }

    private static bool IsOver(Approval approval, DateTimeOffset now) => approval.ExpiresAt is { } end && now >= end;

    // "Alice" and " alice" are one person: names come from outside.
    private static bool IsSame(string a, string b) => string.Equals(a.Trim(), b.Trim(), StringComparison.OrdinalIgnoreCase);

    private static string Short(string digest) => digest.Length <= 12 ? digest : digest[..12];
}
