using CsCheck;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly ScalingPolicy Plain = new()
    {
        Min = 1, Max = 100, Stabilisation = new ScalingStabilisation { ScaleDown = TimeSpan.Zero },
        Metrics = [new ScalingMetric("load", MetricProvider.Prometheus, "100", MetricTarget.AverageValue, "q")],
    };

    private static readonly Gen<ScalingPolicy> GenPolicy = Gen.Select(Gen.Int[0, 5], Gen.Int[5, 60], Gen.Int[0, 30], Gen.Int[0, 600], Gen.Int[0, 600], Gen.Int[0, 3], Gen.Bool)
        .Select((min, max, tolerance, down, up, metrics, hasCron) => Plain with
        {
            Min = min, Max = max, Tolerance = tolerance / 100m,
            Stabilisation = new ScalingStabilisation { ScaleDown = TimeSpan.FromSeconds(down), ScaleUp = TimeSpan.FromSeconds(up) },
            Metrics = new[]
            {
                Plain.Metrics[0], new ScalingMetric("queue", MetricProvider.Prometheus, "40", MetricTarget.Value, "q"),
                new ScalingMetric("cpu", MetricProvider.Resource, "60", MetricTarget.Utilization, Resource: "cpu"),
            }[..metrics],
            Cron = hasCron ? [new ScalingCron("noon", "0 11 * * *", null, 5)] : [],
        });

    private static readonly Gen<ScalingFacts> GenFacts = Gen.Select(
        Gen.Int[0, 80], Gen.Select(Gen.Int[0, 2000].Nullable(), Gen.Int[0, 20], Gen.Int[0, 5]).Array[3], Gen.Select(Gen.Int[1, 900], Gen.Int[0, 80]).Array[0, 8], Gen.Int[0, 80])
        .Select((current, values, history, ready) => new ScalingFacts(
            current,
            values.Select((v, i) => new MetricReading(new[] { "load", "queue", "cpu" }[i], v.Item1, v.Item1 is null ? "refused" : null) { Pods = v.Item2, Missing = v.Item3 }).ToList(),
            history.OrderByDescending(h => h.Item1).Select(h => new ScalingRecommendation(Now.AddSeconds(-h.Item1), h.Item2)).ToList()) { Ready = Math.Min(ready, current) });

    [Theory]
    [InlineData(4, 400, 4)] // on target
    [InlineData(4, 436, 4)] // 9 % above: within the tolerance
    [InlineData(4, 441, 5)]
    [InlineData(4, 800, 8)]
    [InlineData(4, 801, 9)] // rounded up
    [InlineData(4, 365, 4)]
    [InlineData(4, 200, 2)]
    [InlineData(4, 0, 1)] // the min
    [InlineData(4, 1_000_000_000, 100)] // the max
    [InlineData(0, 250, 3)]
    public void AverageValue_Table(int current, int value, int expected) => Desired(Plain, current, value).Total.Should().Be(expected);

    [Theory]
    [InlineData(4, 4, 100, 4)]
    [InlineData(4, 4, 200, 8)]
    [InlineData(8, 4, 200, 8)] // the four on their way are not asked for again
    [InlineData(8, 0, 200, 8)]
    [InlineData(4, 4, 50, 2)]
    [InlineData(8, 2, 50, 4)] // down counts all of them
    [InlineData(0, 0, 250, 3)]
    public void Value_Table(int current, int ready, int value, int expected)
    {
        var policy = Plain with { Metrics = [Plain.Metrics[0] with { TargetType = MetricTarget.Value }] };
        ScalingRules.Desired(policy, new ScalingFacts(current, [new MetricReading("load", value)], []) { Ready = ready }, Now).Total.Should().Be(expected);
    }

    [Theory]
    [InlineData(10, 60, 10, 0, 10)]
    [InlineData(10, 90, 10, 0, 15)]
    [InlineData(10, 30, 10, 0, 5)]
    [InlineData(10, 30, 6, 4, 7)] // down: the four count as 60 %: (180+240)/600 = 0.7
    [InlineData(10, 57, 5, 5, 10)] // 0.975: within the tolerance
    [InlineData(10, 90, 8, 2, 12)] // up: the two count as idle: 720/600 = 1.2
    [InlineData(10, 70, 6, 4, 10)] // 1.17 measured, 0.7 with idle ones: turned, so nothing
    [InlineData(10, 600, 1, 0, 10)] // one pod measured at 10 times its target: 10
    [InlineData(10, 30, 0, 10, 10)] // nothing measured
    public void Utilization_Table(int current, int percent, int pods, int missing, int expected)
    {
        var policy = Plain with { Metrics = [new ScalingMetric("cpu", MetricProvider.Resource, "60", MetricTarget.Utilization, Resource: "cpu")] };
        ScalingRules.Desired(policy, new ScalingFacts(current, [new MetricReading("cpu", percent) { Pods = pods, Missing = missing }], []), Now).Total.Should().Be(expected);
    }

    [Theory]
    [InlineData(800, null, 8, "load is 200 % of its target 100: it wants 8.")] // one that is missing does not hold up
    [InlineData(100, null, 4, "So nothing is taken away.")]
    [InlineData(null, null, 4, "No metric could be read")]
    [InlineData(200, 160, 16, "queue is 400 % of its target 40: it wants 16.")] // the greatest wins
    public void SeveralMetrics_Table(int? load, int? queue, int expected, string reason)
    {
        var policy = Plain with { Metrics = [.. Plain.Metrics, new ScalingMetric("queue", MetricProvider.Prometheus, "40", MetricTarget.Value, "q")] };
        var decision = ScalingRules.Desired(policy, new ScalingFacts(4, [new MetricReading("load", load), new MetricReading("queue", queue, queue is null ? "connection refused" : null)], []), Now);
        decision.Total.Should().Be(expected);
        decision.Reason.Should().Contain(reason);
    }

    [Theory]
    [InlineData("400:8 300:2", 2, 2)]
    [InlineData("400:8 299:2", 2, 8)] // 8 still held when the window began
    [InlineData("400:2 100:3", 2, 3)]
    [InlineData("400:2", 2, 2)]
    [InlineData("400:9 200:2", 2, 9)] // 9 held when the window began
    [InlineData("", 2, 10)] // nothing is known of the window
    [InlineData("100:2", 2, 10)]
    [InlineData("400:20", 2, 10)] // never up because of the past
    [InlineData("400:2", 12, 12)]
    public void Stabilisation_DownTable(string history, int wanted, int expected)
    {
        var policy = Plain with { Stabilisation = new ScalingStabilisation() };
        var facts = new ScalingFacts(10, [new MetricReading("load", wanted * 100)], [.. history.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split(':'))
            .Select(h => new ScalingRecommendation(Now.AddSeconds(-int.Parse(h[0])), int.Parse(h[1])))]);
        ScalingRules.Desired(policy, facts, Now).Total.Should().Be(expected);
    }

    [Fact]
    public void Stabilisation_Up_WaitsForTheWholeWindow()
    {
        var policy = Plain with { Stabilisation = new ScalingStabilisation { ScaleUp = TimeSpan.FromSeconds(60) } };
        var first = ScalingRules.Desired(policy, new ScalingFacts(10, [new MetricReading("load", 2000)], []), Now);
        first.Total.Should().Be(10);
        first.Reason.Should().Contain("Within the last 1m only 10 were wanted");
        ScalingRules.Desired(policy, new ScalingFacts(10, [new MetricReading("load", 3000)], first.History), Now.AddSeconds(59)).Total.Should().Be(10);
        ScalingRules.Desired(policy, new ScalingFacts(10, [new MetricReading("load", 3000)], first.History), Now.AddSeconds(60)).Total.Should().Be(20);
    }

    [Fact]
    public void Cron_WithoutMetrics_IsFollowedAtOnce_AndWithThemIsAFloor()
    {
        var policy = Plain with { Stabilisation = new ScalingStabilisation(), Cron = [new ScalingCron("noon", "0 11 * * *", null, 5)] };
        ScalingRules.Desired(policy with { Metrics = [] }, new ScalingFacts(50, [], []), Now).Should().Match<ScalingDecision>(d => d.Total == 5 && d.Reason.Contains("The rule noon sets 5"));
        Desired(policy, 2, 200).Total.Should().Be(5);
        Desired(policy, 2, 900).Total.Should().Be(9);
    }

    [Theory]
    [InlineData(100, 5, 20, 5)] // a rule's bounds hold at once, whatever the window says
    [InlineData(400, 5, 20, 5)]
    [InlineData(3000, 5, 20, 20)]
    [InlineData(900, 5, 20, 10)]
    [InlineData(10_000, 200, 300, 200)]
    public void CronBounds_ReplaceThePolicys(int load, int min, int max, int expected)
    {
        var policy = Plain with { Stabilisation = new ScalingStabilisation(), Cron = [new ScalingCron("noon", "0 11 * * *", TargetMin: min, TargetMax: max)] };
        var current = expected == 10 ? 10 : 30;
        var history = new[] { new ScalingRecommendation(Now.AddHours(-1), load / 100) };
        var decision = ScalingRules.Desired(policy, new ScalingFacts(current, [new MetricReading("load", load)], history), Now);
        decision.Total.Should().Be(expected);
        decision.Limits.Should().Be(new ScalingLimits(min, max, null, "noon", Now.AddHours(-1)));
    }

    [Theory]
    [InlineData(10, 2500, true)]
    [InlineData(10, 2000, false)] // not above
    [InlineData(30, 2500, false)] // it shrinks
    public void Approval_IsAskedOnlyForGrowthAboveTheSize(int current, int load, bool expected) =>
        Desired(Plain with { ApprovalAbove = 20 }, current, load).NeedsApproval.Should().Be(expected);

    [Fact]
    public void Total_IsAlwaysWithinTheLimits() => Gen.Select(GenPolicy, GenFacts).Sample((policy, facts) =>
        ScalingRules.Desired(policy, facts, Now) is var decision && decision.Total >= policy.Min && decision.Total <= policy.Max);

    [Fact]
    public void InsideTheTolerance_NothingChanges() => Gen.Select(GenPolicy, Gen.Int[5, 5], Gen.Int[-30, 30]).Sample((policy, current, percent) =>
    {
        var within = Math.Clamp(percent / 100m, -policy.Tolerance, policy.Tolerance);
        var facts = new ScalingFacts(current, [new MetricReading("load", 500 * (1 + within)), new MetricReading("queue", 40 * (1 + within)), new MetricReading("cpu", 60 * (1 + within)) { Pods = 5 }], []);
        return ScalingRules.Desired(policy, facts, Now).Total == current;
    });

    [Fact]
    public void GreaterValue_NeverGivesASmallerTotal() => Gen.Select(GenPolicy, GenFacts, Gen.Int[0, 2], Gen.Int[0, 500]).Sample((policy, facts, which, more) =>
    {
        var raised = facts with { Readings = [.. facts.Readings.Select((r, i) => i == which ? r with { Value = r.Value + more } : r)] };
        return ScalingRules.Desired(policy, facts, Now).Total <= ScalingRules.Desired(policy, raised, Now).Total;
    });

    [Fact]
    public void ScaleDown_OnlyWhenTheWholeWindowAgrees() => Gen.Select(GenPolicy, Gen.Int[1, 60], Gen.Select(Gen.Int[1, 200], Gen.Int[0, 6000].Nullable()).Array[1, 30]).Sample((policy, start, readings) =>
    {
        var metric = policy with { Metrics = Plain.Metrics, Cron = [], Min = 0, Max = 1000 };
        var (current, now, history) = (start, Now, (IReadOnlyList<ScalingRecommendation>)[]);
        var seen = new List<(DateTimeOffset At, int Total)>();
        foreach (var (after, value) in readings)
        {
            now = now.AddSeconds(after);
            var decision = ScalingRules.Desired(metric, new ScalingFacts(current, [new MetricReading("load", value)], history), now);
            seen.Add((now, decision.Recommended));
            if (decision.Total < current)
            {
                var from = now - metric.Stabilisation.ScaleDown;
                seen.Where(s => s.At > from).All(s => s.Total <= decision.Total).Should().BeTrue();
                seen.LastOrDefault(s => s.At <= from).Should().Match<(DateTimeOffset At, int Total)>(s => s.At != default && s.Total <= decision.Total, "what held when the window began counts, and it has to be known");
                value.Should().NotBeNull();
            }

            (current, history) = (decision.Total, decision.History);
        }
    });

    [Fact]
    public void SameInput_SameOutput() => Gen.Select(GenPolicy, GenFacts).Sample((policy, facts) =>
    {
        var (one, other) = (ScalingRules.Desired(policy, facts, Now), ScalingRules.Desired(policy, facts with { Readings = [.. facts.Readings.Reverse()] }, Now));
        return one.Total == other.Total && one.Reason == other.Reason && one.History.SequenceEqual(other.History);
    });

    [Fact]
    public void History_StaysShort_AndSaysTheSame() => Gen.Int[0, 3].Array[2000].Sample(
        values =>
        {
            var (history, now) = ((IReadOnlyList<ScalingRecommendation>)[], Now);
            foreach (var value in values)
            {
                now = now.AddSeconds(1);
                history = ScalingRules.Desired(Plain with { Stabilisation = new ScalingStabilisation() }, new ScalingFacts(4, [new MetricReading("load", value * 300)], history), now).History;
            }

            return history.Count <= 302 && history[0].At <= now.AddMinutes(-4);
        },
        iter: 5);

    [Theory]
    [InlineData("Deployment/web Deployment/worker", "Deployment/web:4 Deployment/worker:2 Deployment/other:1", 9, "Deployment/web:9 Deployment/worker:5")]
    [InlineData("", "Deployment/web:4", 9, "Deployment/web:9")]
    [InlineData("", "Deployment/web:4 Deployment/worker:2", 9, "")] // nobody said which
    [InlineData("Deployment/gone", "Deployment/web:4", 9, "")]
    [InlineData("Deployment/web Deployment/worker", "Deployment/web:0 Deployment/worker:2", 3, "Deployment/web:3 Deployment/worker:2")]
    public void Totals_Table(string workloads, string manifests, int total, string expected)
    {
        var totals = ScalingRules.Totals(Plain with { Workloads = workloads.Split(' ', StringSplitOptions.RemoveEmptyEntries) }, total, Placement.Fleet.Numbers(manifests));
        string.Join(' ', totals.Select(t => $"{t.Key}:{t.Value}")).Should().Be(expected);
    }

    private static ScalingDecision Desired(ScalingPolicy policy, int current, decimal load) =>
        ScalingRules.Desired(policy, new ScalingFacts(current, [new MetricReading("load", load)], []), Now);
}
