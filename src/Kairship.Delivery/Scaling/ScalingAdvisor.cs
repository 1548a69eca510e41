using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Scaling;

/// <summary>From all that is known of an application to what should become of its replicas. The same scene and time give the same advice.</summary>
public static class ScalingAdvisor
{
    /// <exception cref="ManifestException">A workload's spec.replicas is not a whole number.</exception>
    public static ScalingAdvice Advise(ScalingScene scene, DateTimeOffset now)
    {
        var (application, policy) = (scene.Application, scene.Application.Scaling);
        if (policy is null)
        {
            return new ScalingAdvice(ScalingVerdict.Blocked, $"{application.Name} has no spec.scaling: its manifests say how many replicas there are.", now);
        }

        var targets = ScalingTargets.Of(policy, scene.Manifests);
        var advice = targets.Problem is { } problem ? new ScalingAdvice(ScalingVerdict.Blocked, problem, now)
            : policy.Owns == ScalingOwnership.Bounds ? Bounds(scene, policy, now)
            : Total(scene, policy with { Workloads = targets.Workloads }, now);
        return advice with { Limits = advice.Limits ?? ScalingLimits.Of(policy, now), Next = ScalingLimits.NextChange(policy, now), Readings = scene.Readings, Ready = scene.Ready, Autoscaled = scene.Autoscaled, SeenAt = scene.SeenAt };
    }

    private static ScalingAdvice Total(ScalingScene scene, ScalingPolicy policy, DateTimeOffset now)
    {
        var (application, measured) = (scene.Application, policy.Workloads[0]);
        if (scene.Autoscaled.Count > 0)
        {
            return Stuck($"An autoscaler in {string.Join(", ", scene.Autoscaled.Take(10))} sizes {measured}, and would fight the total that Kairship sets: remove it, or write 'owns: bounds' and release it with the application.");
        }

        if (application.Placement.IsDuplicated)
        {
            return Stuck("Every cluster gets all replicas of the manifests (replicaScheduling: Duplicated), so that there is no total to divide: write 'replicaSchedulingType: Divided', or leave spec.scaling out.");
        }

        if (!ScalingTotals.Of(scene.Plan).TryGetValue(measured, out var current))
        {
            return Stuck($"The last release of {application.Name} has put no replicas of {measured} anywhere: release the revision that has it.");
        }

        var decision = ScalingRules.Desired(policy, new ScalingFacts(current, scene.Readings, scene.History) { Ready = scene.Ready }, now);
        var advice = new ScalingAdvice(decision.IsChange ? ScalingVerdict.Change : ScalingVerdict.Steady, decision.Reason, now)
        {
            Current = current, Total = decision.Total, Limits = decision.Limits, Metrics = decision.Metrics, History = decision.History,
        };
        if (!decision.IsChange)
        {
            return Crowded(scene, policy) is { } why
                ? advice with { Verdict = ScalingVerdict.Change, Cause = ScalingCause.Capacity, Fresh = true, Reason = $"{why} The total stays {current} and is divided anew." }
                : advice;
        }

        return advice with { Cause = CauseOf(policy, decision), Totals = TotalsOf(scene, decision.Total), Asks = Asks(application, policy, current, decision.Total) };

        ScalingAdvice Stuck(string reason) => new(ScalingVerdict.Blocked, reason, now) { History = scene.History };
    }

    /// <summary>A total that somebody asks for; a refusal where it cannot be.</summary>
    public static ScalingAdvice Asked(ScalingScene scene, int total, string by, DateTimeOffset now)
    {
        var advice = Advise(scene with { Readings = [] }, now) with { Readings = [], Metrics = [], History = scene.History };
        if (advice.Verdict == ScalingVerdict.Blocked || advice is not { Current: { } current, Limits: { } limits } || scene.Application.Scaling is not { } policy)
        {
            return advice with { Verdict = ScalingVerdict.Blocked, Reason = advice.Verdict == ScalingVerdict.Blocked ? advice.Reason : $"The clusters of {scene.Application.Name} size it themselves (owns: bounds): there is no total to set." };
        }

        if (total < limits.Min || total > limits.Max)
        {
            return advice with { Verdict = ScalingVerdict.Blocked, Reason = $"{total} replicas are not between {limits.Min} and {limits.Max}, which spec.scaling{(limits.Rule is null ? "" : $" and its rule {limits.Rule}")} allows." };
        }

        return advice with
        {
            Verdict = total == current ? ScalingVerdict.Steady : ScalingVerdict.Change, Cause = ScalingCause.Person, Total = total, Fresh = false,
            Totals = TotalsOf(scene, total),
            Reason = total == current ? $"There are {total} already." : $"{by} asks for {total} replicas instead of {current}.", Asks = Asks(scene.Application, policy, current, total),
        };
    }

    /// <summary>Advice to grow, where there is room for so many only.</summary>
    /// <param name="why">Why there is none for more, as a sentence.</param>
    public static ScalingAdvice Fitted(ScalingScene scene, ScalingAdvice advice, int total, string why) => total <= advice.Current
        ? advice with { Verdict = ScalingVerdict.Blocked, Reason = $"{advice.Reason} There is no room for one more: {why}", Totals = new Dictionary<string, int>(), Asks = null }
        : advice with
        {
            Total = total, Totals = TotalsOf(scene, total), Reason = $"{advice.Reason} There is room for {total} only: {why}",
            Asks = scene.Application.Scaling is { } policy ? Asks(scene.Application, policy, advice.Current ?? 0, total) : null,
        };

    private static ScalingAdvice Bounds(ScalingScene scene, ScalingPolicy policy, DateTimeOffset now)
    {
        var limits = ScalingLimits.Of(policy, now);
        var clusters = scene.Plan.Targets.Select(t => new ClusterFacts(t.Cluster, t.Labels)).ToList();
        var wanted = ScalingBounds.Divide(scene.Application, scene.Manifests, clusters, limits.Min, limits.Max, out var problem);
        if (problem is not null)
        {
            return new ScalingAdvice(ScalingVerdict.Blocked, problem, now) { Limits = limits };
        }

        var same = scene.Plan.Targets.All(t => t.Bounds is { } has && has.Count == wanted[t.Cluster].Count && has.All(b => wanted[t.Cluster].TryGetValue(b.Key, out var share) && share == b.Value));
        var before = ScalingBounds.Of(scene.Plan);
        var rule = limits.Rule is null ? "" : $" since the rule {limits.Rule} is in force ({limits.Since:u})";
        return new ScalingAdvice(
            same ? ScalingVerdict.Steady : ScalingVerdict.Change,
            same ? $"The autoscalers have their bounds, {limits.Min} to {limits.Max} over all clusters{rule}."
                : $"The autoscalers' bounds go {(before is null ? "" : $"from {before.Min}–{before.Max} ")}to {limits.Min}–{limits.Max} over all clusters{rule}.", now)
        {
            Limits = limits, Cause = same ? null : ScalingCause.Schedule,
        };
    }

    private static ScalingCause CauseOf(ScalingPolicy policy, ScalingDecision decision) =>
        policy.Metrics.Count == 0 || decision.Limits.Target == decision.Total || decision.Current < decision.Limits.Min || decision.Current > decision.Limits.Max
            ? ScalingCause.Schedule : ScalingCause.Metric;

    /// <summary>The totals of all that are scaled, for one of the measured workload.</summary>
    public static IReadOnlyDictionary<string, int> TotalsOf(ScalingScene scene, int total) => scene.Application.Scaling is not { } policy ? new Dictionary<string, int>() : ScalingRules.Totals(
        policy with { Workloads = ScalingTargets.Of(policy, scene.Manifests).Workloads }, total, scene.Manifests.Where(m => WorkloadKey.HasReplicas(m.Ref)).DistinctBy(m => WorkloadKey.Of(m.Ref)).ToDictionary(m => WorkloadKey.Of(m.Ref), WorkloadKey.Replicas));

    private static string? Asks(Application application, ScalingPolicy policy, int current, int total) => policy.ApprovalAbove is { } above && total > above && total > current
        ? $"{application.Name} would grow from {current} to {total} replicas; above {above} (spec.scaling.approvalAbove) people are asked."
        : null;

    /// <summary>Dividing anew helps only where room decides, and where pods are missing: a cluster that is merely full runs what it has.</summary>
    private static string? Crowded(ScalingScene scene, ScalingPolicy policy)
    {
        var placement = scene.Application.Placement;
        var planned = scene.Plan.Targets.Sum(t => t.Replicas.GetValueOrDefault(policy.Workloads[0]));
        var crowded = scene.Plan.Targets.Where(t => scene.Short.ContainsKey(t.Cluster) && t.Replicas.Values.Any(r => r > 0)).Select(t => scene.Short[t.Cluster]).ToList();
        return crowded.Count == 0 || placement.IsStatic || placement.IsDuplicated || scene.Ready is not { } ready || ready >= planned
            ? null
            : $"{string.Join(' ', crowded)} {ready} of {planned} replicas are ready.";
    }
}
