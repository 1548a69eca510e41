using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Scaling;

/// <summary>How many replicas are wanted, by the rules of Kubernetes' horizontal pod autoscaler with a cron target beside the metrics. The rules are in this folder's README.</summary>
public static class ScalingRules
{
    /// <summary>Readings come every few seconds; more would mean a history of nothing new.</summary>
    private const int MostRemembered = 1000;

    /// <summary>The same policy, facts and time give the same decision.</summary>
    public static ScalingDecision Desired(ScalingPolicy policy, ScalingFacts facts, DateTimeOffset now)
    {
        var limits = ScalingLimits.Of(policy, now);
        var current = Math.Max(0, facts.Current);
        var opinions = policy.Metrics
            .Select(m => MetricRules.Judge(m, facts.Readings.FirstOrDefault(r => r.Metric == m.Name), current, Math.Clamp(facts.Ready ?? current, 0, current), policy.Tolerance)).ToList();
        var (recommended, why) = Recommend(limits, opinions, current);
        var history = Remember(facts.History, new ScalingRecommendation(now, recommended), policy.Stabilisation, now);

        // A schedule does not waver: only what metrics want has to last.
        var (stable, held) = policy.Metrics.Count == 0 ? (recommended, null) : Stabilise(policy.Stabilisation, history, current, recommended, now);
        var total = Math.Clamp(stable, limits.Min, limits.Max);
        var bounded = total == stable ? null : $"{(total < stable ? "At most" : "At least")} {total} are allowed{(limits.Rule is null ? "" : $" since the rule {limits.Rule} is in force")}.";
        var reason = string.Join(' ', new[] { why, held, bounded, total == current ? $"The total stays {total}." : $"The total goes from {current} to {total}." }.OfType<string>());
        var asks = policy.ApprovalAbove is { } above && total > above && total > current;
        return new ScalingDecision(current, total, recommended, reason, asks, limits, opinions, history);
    }

    /// <summary>The total of the measured workload as totals of all that are scaled: the others keep the proportion that their manifests have to it, rounded up.</summary>
    /// <param name="manifests">Workload to replicas as the manifests say them.</param>
    /// <returns>Workload to total; empty when the measured one cannot be told.</returns>
    public static IReadOnlyDictionary<string, int> Totals(ScalingPolicy policy, int total, IReadOnlyDictionary<string, int> manifests)
    {
        var named = policy.Workloads.Count > 0 ? policy.Workloads : manifests.Count == 1 ? [.. manifests.Keys] : [];
        if (named.Count == 0 || !manifests.TryGetValue(named[0], out var first))
        {
            return new Dictionary<string, int>();
        }

        var totals = new SortedDictionary<string, int>(StringComparer.Ordinal) { [named[0]] = total };
        foreach (var other in named.Skip(1).Where(w => w != named[0] && manifests.ContainsKey(w)))
        {
            totals[other] = first <= 0 ? manifests[other] : (int)Math.Min(int.MaxValue, ((long)total * manifests[other] + first - 1) / first);
        }

        return totals;
    }

    // The greatest of what metrics and cron want. A metric that cannot be read never lets the total fall.
    private static (int Total, string Why) Recommend(ScalingLimits limits, List<MetricOpinion> opinions, int current)
    {
        var known = opinions.Where(o => o.Total is not null).ToList();
        if (opinions.Count == 0)
        {
            return limits.Target is { } only ? (only, $"The rule {limits.Rule} sets {only} since {limits.Since:u}.") : (current, "Nothing asks for another total.");
        }

        if (known.Count == 0)
        {
            var floor = Math.Max(current, limits.Target ?? 0);
            return (floor, $"{string.Join(' ', opinions.Select(o => o.Sentence))} No metric could be read, so that nothing is taken away.");
        }

        var strongest = known.MaxBy(o => o.Total)!;
        var (total, why) = (strongest.Total!.Value, strongest.Sentence);
        if (limits.Target is { } target && target > total)
        {
            (total, why) = (target, $"{why} The rule {limits.Rule} wants at least {target} since {limits.Since:u}.");
        }

        return known.Count < opinions.Count && total < current
            ? (current, $"{why} {opinions.First(o => o.Total is null).Sentence} So nothing is taken away.")
            : (total, why);
    }

    /// <summary>
    /// Down to the greatest that was recommended within the window, up to the least: the whole window has to agree. What is not known of a window counts as the present total:
    /// a history that does not reach back does not agree to anything.
    /// </summary>
    private static (int Total, string? Why) Stabilise(ScalingStabilisation windows, IReadOnlyList<ScalingRecommendation> history, int current, int recommended, DateTimeOffset now)
    {
        if (recommended < current)
        {
            var most = Math.Min(current, Within(history, windows.ScaleDown, now, current).Max());
            return (most, most > recommended ? $"Within the last {GoDuration.Format(windows.ScaleDown)} up to {most} were wanted." : null);
        }

        if (recommended > current)
        {
            var least = Math.Max(current, Within(history, windows.ScaleUp, now, current).Min());
            return (least, least < recommended ? $"Within the last {GoDuration.Format(windows.ScaleUp)} only {least} were wanted." : null);
        }

        return (recommended, null);
    }

    private static IEnumerable<int> Within(IReadOnlyList<ScalingRecommendation> history, TimeSpan window, DateTimeOffset now, int unknown)
    {
        var from = now - window;
        var before = history.LastOrDefault(r => r.At <= from);
        return history.Where(r => r.At > from).Select(r => r.Total).Prepend(before?.Total ?? unknown);
    }

    // In order of time; one that repeats the one before it says nothing new. Of what is older than both windows the last stays, since it held when they began.
    private static List<ScalingRecommendation> Remember(
        IReadOnlyList<ScalingRecommendation> history, ScalingRecommendation latest, ScalingStabilisation windows, DateTimeOffset now)
    {
        var from = now - (windows.ScaleDown > windows.ScaleUp ? windows.ScaleDown : windows.ScaleUp);
        var sorted = new List<ScalingRecommendation>();
        foreach (var recommendation in history.Where(r => r.At < now).OrderBy(r => r.At).Append(latest))
        {
            if (sorted.Count == 0 || sorted[^1].Total != recommendation.Total)
            {
                sorted.Add(recommendation);
            }
        }

        var first = Math.Max(0, sorted.FindLastIndex(r => r.At <= from));
        return sorted.Skip(Math.Max(first, sorted.Count - MostRemembered)).ToList();
    }
}
