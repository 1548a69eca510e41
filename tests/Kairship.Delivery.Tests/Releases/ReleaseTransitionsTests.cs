using Kairship.Delivery.Releases;

namespace Kairship.Delivery.Tests.Releases;

public sealed class ReleaseTransitionsTests
{
    private static readonly ReleaseStatus[] All = Enum.GetValues<ReleaseStatus>();

    [Theory]
    [InlineData(ReleaseStatus.Pending, ReleaseStatus.Progressing, true)]
    [InlineData(ReleaseStatus.Pending, ReleaseStatus.RolledBack, false)]
    [InlineData(ReleaseStatus.AwaitingApproval, ReleaseStatus.Progressing, true)]
    [InlineData(ReleaseStatus.AwaitingApproval, ReleaseStatus.Rejected, true)]
    [InlineData(ReleaseStatus.AwaitingApproval, ReleaseStatus.Succeeded, false)]
    [InlineData(ReleaseStatus.Progressing, ReleaseStatus.Paused, true)]
    [InlineData(ReleaseStatus.Progressing, ReleaseStatus.RolledBack, false)]
    [InlineData(ReleaseStatus.Progressing, ReleaseStatus.Pending, false)]
    [InlineData(ReleaseStatus.Paused, ReleaseStatus.Progressing, true)]
    [InlineData(ReleaseStatus.Paused, ReleaseStatus.Succeeded, false)]
    [InlineData(ReleaseStatus.RollingBack, ReleaseStatus.RolledBack, true)]
    [InlineData(ReleaseStatus.RollingBack, ReleaseStatus.Progressing, false)]
    public void IsAllowed_Table(ReleaseStatus from, ReleaseStatus to, bool expected) => ReleaseTransitions.IsAllowed(from, to).Should().Be(expected);

    [Fact]
    public void IsAllowed_WhatIsOver_NeverMoves() =>
        All.Where(s => s >= ReleaseStatus.Succeeded).SelectMany(from => All.Select(to => ReleaseTransitions.IsAllowed(from, to))).Should().OnlyContain(allowed => !allowed);

    [Fact]
    public void IsAllowed_WhatIsNotOver_MayStayFailAndBeAborted() => All.Where(s => s < ReleaseStatus.Succeeded).Should().OnlyContain(from =>
        ReleaseTransitions.IsAllowed(from, from) && ReleaseTransitions.IsAllowed(from, ReleaseStatus.Failed) && ReleaseTransitions.IsAllowed(from, ReleaseStatus.Aborted));

    [Fact]
    public void IsAllowed_NothingReturnsToPending() =>
        All.Where(s => s != ReleaseStatus.Pending).Should().OnlyContain(from => !ReleaseTransitions.IsAllowed(from, ReleaseStatus.Pending));
}
