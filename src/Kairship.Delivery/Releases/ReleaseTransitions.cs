namespace Kairship.Delivery.Releases;

/// <summary>From which status a release may move to which. Staying is allowed while it is not over, so that an activity may repeat itself; what is over never moves.</summary>
public static class ReleaseTransitions
{
    private static readonly Dictionary<ReleaseStatus, ReleaseStatus[]> Table = new()
    {
        [ReleaseStatus.Pending] =
        [
            ReleaseStatus.AwaitingApproval, ReleaseStatus.Progressing, ReleaseStatus.Paused, ReleaseStatus.RollingBack,
            ReleaseStatus.Aborted, ReleaseStatus.Rejected, ReleaseStatus.Failed, ReleaseStatus.Succeeded,
        ],
        [ReleaseStatus.AwaitingApproval] =
        [
            ReleaseStatus.Progressing, ReleaseStatus.Paused, ReleaseStatus.RollingBack, ReleaseStatus.Aborted, ReleaseStatus.Rejected, ReleaseStatus.Failed,
        ],
        [ReleaseStatus.Progressing] =
        [
            ReleaseStatus.AwaitingApproval, ReleaseStatus.Paused, ReleaseStatus.RollingBack,
            ReleaseStatus.Succeeded, ReleaseStatus.Aborted, ReleaseStatus.Failed,
        ],
        [ReleaseStatus.Paused] =
        [
            ReleaseStatus.AwaitingApproval, ReleaseStatus.Progressing, ReleaseStatus.RollingBack, ReleaseStatus.Aborted, ReleaseStatus.Rejected, ReleaseStatus.Failed,
        ],
        [ReleaseStatus.RollingBack] = [ReleaseStatus.RolledBack, ReleaseStatus.Aborted, ReleaseStatus.Failed],
    };

    public static bool IsAllowed(ReleaseStatus from, ReleaseStatus to) => Table.TryGetValue(from, out var next) && (from == to || next.Contains(to));
}
