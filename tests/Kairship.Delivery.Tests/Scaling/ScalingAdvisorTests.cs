using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingAdvisorTests
{
    private const string Web = "Deployment/web";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly ScalingMetric Load = new("load", MetricProvider.Prometheus, "100", MetricTarget.AverageValue, "load");

    [Theory]
    [InlineData(4, 400, 4, null)]
    [InlineData(4, 430, 4, null)]
    [InlineData(4, 700, 7, ScalingCause.Metric)]
    [InlineData(4, 5000, 10, ScalingCause.Metric)]
    [InlineData(1, 200, 2, ScalingCause.Schedule)]
    [InlineData(12, 1200, 10, ScalingCause.Schedule)]
    [InlineData(4, null, 4, null)]
    public void Total_IsDecided_AndItsCauseIsTold(int current, int? load, int total, ScalingCause? cause)
    {
        var advice = ScalingAdvisor.Advise(Scene(Policy(Load), (current / 2, current - (current / 2))) with { Readings = [new MetricReading("load", load, "no data")] }, Now);

        (advice.Current, advice.Total, advice.Cause).Should().Be((current, total, cause), advice.Reason);
        advice.Verdict.Should().Be(total == current ? ScalingVerdict.Steady : ScalingVerdict.Change);
        advice.Totals.Should().Equal(total == current ? new Dictionary<string, int>() : new Dictionary<string, int> { [Web] = total });
        (advice.Asks is not null).Should().Be(total > 8 && total > current);
        advice.History.Should().ContainSingle();
    }

    [Fact]
    public void FailingMetric_NeverTakesAnythingAway_WhateverWasRecommendedBefore() =>
        Gen.Select(Gen.Int[2, 10], Gen.Int[0, 5000], Gen.Int[0, 10].Array[0, 6]).Sample((current, load, before) =>
        {
            var scene = Scene(Policy(Load, Load with { Name = "other" }), (current, 0)) with
            {
                Readings = [new MetricReading("load", load), new MetricReading("other", null, "no data")],
                History = [.. before.Select((total, i) => new ScalingRecommendation(Now.AddMinutes(-60 + i), total))],
            };
            ScalingAdvisor.Advise(scene, Now).Total.Should().BeGreaterThanOrEqualTo(current);
        });

    [Theory]
    [InlineData(3, true, true)]
    [InlineData(4, true, false)]
    [InlineData(3, false, false)]
    public void ClusterShortOfRoom_HasItsApplicationsDividedAnew_WherePodsAreMissingAndRoomDecides(int ready, bool byRoom, bool divided)
    {
        var scene = Scene(Policy(), (2, 2), byRoom ? DynamicWeight.AvailableReplicas : null) with
        {
            Ready = ready, Short = new Dictionary<string, string> { ["east"] = "east is short of room.", ["elsewhere"] = "no." },
        };

        var advice = ScalingAdvisor.Advise(scene, Now);

        (advice.Verdict, advice.Fresh, advice.Cause).Should().Be(divided ? (ScalingVerdict.Change, true, ScalingCause.Capacity) : (ScalingVerdict.Steady, false, null), advice.Reason);
        advice.Reason.Contains("elsewhere", StringComparison.Ordinal).Should().BeFalse();
    }

    [Theory]
    [InlineData(6, ScalingVerdict.Change, null)]
    [InlineData(9, ScalingVerdict.Change, "people are asked")]
    [InlineData(4, ScalingVerdict.Steady, null)]
    [InlineData(11, ScalingVerdict.Blocked, "between 2 and 10")]
    [InlineData(1, ScalingVerdict.Blocked, "between 2 and 10")]
    public void Person_ScalesWithinTheLimits(int total, ScalingVerdict verdict, string? says)
    {
        var advice = ScalingAdvisor.Asked(Scene(Policy(Load), (2, 2)), total, "kim", Now);

        advice.Verdict.Should().Be(verdict, advice.Reason);
        $"{advice.Reason} {advice.Asks}".Should().Contain(says ?? advice.Reason);
    }

    [Fact]
    public void OwnersOfTheSameNumber_DoNotFight()
    {
        ScalingAdvisor.Advise(Scene(Policy(), (2, 2)) with { Autoscaled = ["east"] }, Now).Should().Match<ScalingAdvice>(a => a.Verdict == ScalingVerdict.Blocked && a.Reason.Contains("autoscaler in east"));
        var every = Scene(Policy(), (2, 2));
        ScalingAdvisor.Advise(every with { Application = every.Application with { Placement = new PlacementPolicy() } }, Now).Reason.Should().Contain("no total to divide");
    }

    [Fact]
    public void Bounds_AreWantedAgain_WhenARuleChangesThem()
    {
        var policy = Policy() with { Owns = ScalingOwnership.Bounds, Cron = [new ScalingCron("day", "0 8 * * *", "Europe/Berlin", TargetMin: 4, TargetMax: 20), new ScalingCron("night", "0 22 * * *", "Europe/Berlin", TargetMin: 2, TargetMax: 6)] };
        var scene = Scene(policy, (0, 0)) with { Manifests = [Make.Deployment("web"), Make.Autoscaler("web")] };
        var wanted = ScalingBounds.Divide(scene.Application, scene.Manifests, [Make.Cluster("east"), Make.Cluster("west")], 4, 20, out _);
        var released = scene with { Plan = scene.Plan with { Clusters = [.. scene.Plan.Clusters.Select(c => c with { Bounds = wanted.GetValueOrDefault(c.Cluster) })] } };

        ScalingAdvisor.Advise(scene, Now).Verdict.Should().Be(ScalingVerdict.Change, "nobody has given any yet");
        ScalingAdvisor.Advise(released, Now).Should().Match<ScalingAdvice>(a => a.Verdict == ScalingVerdict.Steady && a.Next == new DateTimeOffset(2026, 3, 2, 21, 0, 0, TimeSpan.Zero));
        var night = ScalingAdvisor.Advise(released, Now.AddHours(10));
        (night.Verdict, night.Cause).Should().Be((ScalingVerdict.Change, ScalingCause.Schedule));
        night.Reason.Should().Contain("from 4–20 to 2–6");
        wanted.Values.Should().AllSatisfy(w => w[Web].Should().Be(new ScalingShare(2, 10)));
    }

    [Fact]
    public void Rule_ComesAtItsTimeOfDay_WhenTheClocksChange()
    {
        // Berlin's clocks go from 2:00 to 3:00 on 29 March 2026: 8:00 is 7:00 UTC before and 6:00 UTC after.
        var policy = Policy() with { Cron = [new ScalingCron("morning", "0 8 * * *", "Europe/Berlin", TargetReplicas: 8), new ScalingCron("night", "30 2 * * *", "Europe/Berlin", TargetReplicas: 3)] };
        ScalingAdvice At(int day, int hour, int minute) => ScalingAdvisor.Advise(Scene(policy, (2, 2)), new DateTimeOffset(2026, 3, day, hour, minute, 0, TimeSpan.Zero));

        At(28, 6, 59).Total.Should().Be(3);
        At(28, 7, 0).Should().Match<ScalingAdvice>(a => a.Total == 8 && a.Cause == ScalingCause.Schedule);
        At(29, 0, 59).Total.Should().Be(8);
        At(29, 1, 0).Total.Should().Be(3, "2:30 is left out that night and comes when the gap is over");
        At(29, 5, 59).Next.Should().Be(new DateTimeOffset(2026, 3, 29, 6, 0, 0, TimeSpan.Zero));
        At(29, 6, 0).Total.Should().Be(8);
    }

    internal static ScalingPolicy Policy(params ScalingMetric[] metrics) => new() { Min = 2, Max = 10, ApprovalAbove = 8, Metrics = metrics };

    internal static ScalingScene Scene(ScalingPolicy policy, (int East, int West) replicas, DynamicWeight? weight = DynamicWeight.AvailableReplicas)
    {
        var application = Make.Application() with { Scaling = policy, Placement = new PlacementPolicy { ReplicaScheduling = ReplicaSchedulingType.Divided, DynamicWeight = weight } };
        return new ScalingScene(application, [Make.Deployment("web", replicas: 4)], PlanOf(("east", replicas.East), ("west", replicas.West)));
    }

    internal static Plan PlanOf(params (string Cluster, int Replicas)[] clusters) => new(
        "shop", "r1", null, [],
        [
            .. clusters.Select(c => new ClusterPlan(c.Cluster, new Dictionary<string, string>(), "all", new Dictionary<string, int> { [Web] = c.Replicas }, "", [], [])),
            new ClusterPlan("left", new Dictionary<string, string>(), "leaving", new Dictionary<string, int> { [Web] = 99 }, "", [], []) { Role = PlannedRole.Leaving },
        ],
        "d");
}
