using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Failover;

public class ConditionTaintsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Readiness.Ready, 0, "")]
    [InlineData(Readiness.Ready, 1, "")]
    [InlineData(Readiness.Ready, 2, "kairship.io/suspected:NoSchedule")]
    [InlineData(Readiness.Starting, 5, "kairship.io/not-ready:NoSchedule")]
    [InlineData(Readiness.NotReady, 0, "kairship.io/not-ready:NoSchedule kairship.io/not-ready:NoExecute")]
    [InlineData(Readiness.Unreachable, 0, "kairship.io/unreachable:NoSchedule kairship.io/unreachable:NoExecute")]
    public void Taints_ByTable(Readiness readiness, int failedLooks, string expected)
    {
        var taints = ConditionTaints.Of(new ClusterSight("east", readiness, Noon) { FailedLooks = failedLooks });

        string.Join(' ', taints).Should().Be(expected);
        taints.All(t => t.TimeAdded == Noon && ConditionTaints.IsOfCondition(t.Key)).Should().BeTrue();
    }

    [Theory]
    [InlineData(0, -1, TaintVerdict.Open)]
    [InlineData(0, 0, TaintVerdict.Evicting)]
    [InlineData(60, 0, TaintVerdict.Closed)]
    [InlineData(60, 59, TaintVerdict.Closed)]
    [InlineData(60, 60, TaintVerdict.Evicting)]
    public void Application_IsDrivenOut_WhenItsPatienceIsOver_AndGetsNothingNewMeanwhile(long patience, int after, TaintVerdict expected)
    {
        IReadOnlyList<Taint> taints = after < 0 ? [] : ConditionTaints.Of(new ClusterSight("east", Readiness.Unreachable, Noon));

        Tolerations.Judge(taints, ConditionTaints.Tolerations([], patience), Noon.AddSeconds(after)).Should().Be(expected);
    }

    [Fact]
    public void Tolerations_OfTheApplicationsOwn_GoFirst()
    {
        Toleration[] own = [new(ConditionTaints.Unreachable, TolerationOperator.Exists, TolerationSeconds: 5)];

        ConditionTaints.Tolerations(own, 60).Select(t => (t.Key, t.TolerationSeconds)).Should().Equal((ConditionTaints.Unreachable, 5), (ConditionTaints.NotReady, 60));
        ConditionTaints.Tolerations([new(Operator: TolerationOperator.Exists)], 60).Should().ContainSingle("it bears everything for ever");
        ConditionTaints.Tolerations(own).Should().Equal(own);
    }

    [Theory]
    [InlineData(ConditionTaints.NotReady, true)]
    [InlineData(ConditionTaints.Unreachable, true)]
    [InlineData(ConditionTaints.Returning, true)]
    [InlineData(ConditionTaints.Suspected, false)]
    [InlineData(ConditionTaints.Recovering, false)]
    [InlineData(ConditionTaints.Cordoned, false)]
    public void Loss_IsMeant_WhereAReturnIsCompared(string key, bool isLoss) => ConditionTaints.IsOfLoss(key).Should().Be(isLoss);
}
