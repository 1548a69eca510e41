using Kairship.Delivery.Placement;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;

namespace Kairship.Fleet.Tests.Health;

public class ClusterTaintsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Taint Own = new("maintenance", TaintEffect.NoSchedule, "disks", Noon.AddDays(-1));

    [Theory]
    [InlineData(ConditionStatus.True, "Ready", 0, "maintenance=disks:NoSchedule")]
    [InlineData(ConditionStatus.True, "Ready", 3, "maintenance=disks:NoSchedule kairship.io/suspected:NoSchedule")]
    [InlineData(ConditionStatus.False, "Unauthorized", 3, "maintenance=disks:NoSchedule kairship.io/not-ready:NoSchedule kairship.io/not-ready:NoExecute")]
    [InlineData(ConditionStatus.Unknown, "Timeout", 0, "maintenance=disks:NoSchedule kairship.io/unreachable:NoSchedule kairship.io/unreachable:NoExecute")]
    [InlineData(ConditionStatus.Unknown, ReadyRule.Starting, 0, "maintenance=disks:NoSchedule kairship.io/not-ready:NoSchedule")]
    public void Taints_AreThosePeopleSet_AndThoseOfTheCondition(ConditionStatus status, string reason, int failedLooks, string expected)
    {
        var report = new ClusterReport("east", [new(ClusterCondition.Ready, status, reason, "", Noon)], null, null, null, Noon, 1, null) { FailedLooks = failedLooks };

        string.Join(' ', ClusterTaints.Of(Record(), report, Noon.AddSeconds(1))).Should().Be(expected);
        ClusterTaints.Of(Record(), report, Noon.AddSeconds(-1)).Should().OnlyContain(t => t.TimeAdded < Noon, "another node's clock may be ahead");
        ClusterTaints.Of(Record(), null, Noon).Should().Equal(Own);
    }

    private static ClusterRecord Record() => new("east", new Dictionary<string, string>(), [], null, "https://east", 1, Noon) { Taints = [Own] };
}
