namespace Kairship.Delivery.Placement;

/// <summary>What the taints of a cluster mean for an application at a time.</summary>
public enum TaintVerdict
{
    Open,

    /// <summary>What is there stays; nothing new comes.</summary>
    Closed,

    /// <summary>What is there has to go now.</summary>
    Evicting,
}

/// <summary>When an application has to leave a cluster.</summary>
/// <param name="At">Null: never, every taint is borne for ever or only keeps new ones away.</param>
/// <param name="Because">The taint that is the first to end it.</param>
public readonly record struct EvictionDue(DateTimeOffset? At, Taint? Because)
{
    public static EvictionDue Never { get; } = new(null, null);

    public bool IsOver(DateTimeOffset now) => At is { } at && at <= now;
}

/// <summary>Taints of clusters against an application's tolerations. NoSchedule keeps new replicas away, NoExecute evicts.</summary>
public static class Tolerations
{
    /// <summary>
    /// The least over the NoExecute taints of timeAdded + tolerationSeconds; of several tolerations for one taint the shortest counts, one without seconds lasts for
    /// ever, and a taint that nobody tolerates is due since it was added.
    /// </summary>
    /// <param name="now">Counts as timeAdded of a taint that does not say it.</param>
    public static EvictionDue Due(IReadOnlyList<Taint> taints, IReadOnlyList<Toleration> tolerations, DateTimeOffset now)
    {
        var due = EvictionDue.Never;
        foreach (var taint in taints)
        {
            if (taint.Effect == TaintEffect.NoExecute && Until(taint, tolerations, now) is { } at && (due.At is null || at < due.At))
            {
                due = new EvictionDue(at, taint);
            }
        }

        return due;
    }

    /// <summary>Closed to new replicas by a taint that is not tolerated; Evicting when a NoExecute taint is not tolerated any more.</summary>
    /// <param name="now">Null: no time is known; then tolerations with seconds hold.</param>
    public static TaintVerdict Judge(IReadOnlyList<Taint> taints, IReadOnlyList<Toleration> tolerations, DateTimeOffset? now)
    {
        var verdict = TaintVerdict.Open;
        for (var i = 0; i < taints.Count; i++)
        {
            switch (Judge(taints[i], tolerations, now))
            {
                case TaintVerdict.Evicting:
                    return TaintVerdict.Evicting;
                case TaintVerdict.Closed:
                    verdict = TaintVerdict.Closed;
                    break;
            }
        }

        return verdict;
    }

    /// <summary>The taint that keeps an application out, in words; null when none does.</summary>
    internal static string? WhyNot(IReadOnlyList<Taint> taints, IReadOnlyList<Toleration> tolerations, DateTimeOffset? now)
    {
        var worst = Judge(taints, tolerations, now);
        if (worst == TaintVerdict.Open)
        {
            return null;
        }

        var taint = taints.First(t => Judge(t, tolerations, now) == worst);
        var tolerated = tolerations.Any(t => t.Tolerates(taint));
        return tolerated ? $"its taint {taint} is tolerated no longer" : $"its taint {taint} is not tolerated";
    }

    private static TaintVerdict Judge(Taint taint, IReadOnlyList<Toleration> tolerations, DateTimeOffset? now)
    {
        switch (taint.Effect)
        {
            case TaintEffect.NoSchedule:
                return IsTolerated(taint, tolerations) ? TaintVerdict.Open : TaintVerdict.Closed;
            case TaintEffect.NoExecute when now is { } time:
                return Until(taint, tolerations, time) is { } until && until <= time ? TaintVerdict.Evicting : TaintVerdict.Open;
            case TaintEffect.NoExecute:
                return IsTolerated(taint, tolerations) ? TaintVerdict.Open : TaintVerdict.Evicting;
            default:
                return TaintVerdict.Open;
        }
    }

    private static bool IsTolerated(Taint taint, IReadOnlyList<Toleration> tolerations)
    {
        foreach (var toleration in tolerations)
        {
            if (toleration.Tolerates(taint))
            {
                return true;
            }
        }

        return false;
    }

    private static DateTimeOffset? Until(Taint taint, IReadOnlyList<Toleration> tolerations, DateTimeOffset now)
    {
        var (isTolerated, shortest) = (false, (long?)null);
        foreach (var toleration in tolerations)
        {
            if (toleration.Tolerates(taint))
            {
                isTolerated = true;
                shortest = toleration.TolerationSeconds is { } seconds && (shortest is null || seconds < shortest) ? Math.Max(0, seconds) : shortest;
            }
        }

        var since = taint.TimeAdded ?? now;
        if (!isTolerated)
        {
            return since < now ? since : now;
        }

        return shortest is null ? null : since + TimeSpan.FromSeconds(Math.Min(shortest.Value, (long)TimeSpan.FromDays(36500).TotalSeconds));
    }
}
