namespace Kairship.Delivery.Scaling;

/// <summary>Between which totals an application is at a time.</summary>
/// <param name="Target">What the cron rule in force asks for; null: nothing.</param>
/// <param name="Rule">The cron rule in force; null: none.</param>
/// <param name="Since">Since when it is.</param>
public sealed record ScalingLimits(int Min, int Max, int? Target, string? Rule, DateTimeOffset? Since)
{
    /// <summary>
    /// Of all rules that are not suspended the one whose last time is the latest is in force; of several with the same time the last in the list. A rule that cannot be read is
    /// passed over: the validator has told of it. A min above the max (a rule gave one of the two) takes the other along.
    /// </summary>
    public static ScalingLimits Of(ScalingPolicy policy, DateTimeOffset now)
    {
        (ScalingCron Rule, DateTimeOffset At)? inForce = null;
        foreach (var rule in policy.Cron.Where(r => !r.Suspend))
        {
            if (CronTimes.TryParse(rule.Schedule, rule.TimeZone, out var times, out _) && times.Latest(now) is { } at && (inForce is null || at >= inForce.Value.At))
            {
                inForce = (rule, at);
            }
        }

        if (inForce is not { } found)
        {
            return new ScalingLimits(policy.Min, policy.Max, null, null, null);
        }

        var min = found.Rule.TargetMin ?? Math.Min(policy.Min, found.Rule.TargetMax ?? int.MaxValue);
        var max = found.Rule.TargetMax ?? Math.Max(policy.Max, min);
        return new ScalingLimits(min, Math.Max(min, max), found.Rule.TargetReplicas, found.Rule.Name, found.At);
    }

    /// <summary>When the rules may next change something; null: never.</summary>
    public static DateTimeOffset? NextChange(ScalingPolicy policy, DateTimeOffset now) => policy.Cron.Where(r => !r.Suspend)
        .Select(rule => CronTimes.TryParse(rule.Schedule, rule.TimeZone, out var times, out _) ? times.Next(now) : null).Min();
}
