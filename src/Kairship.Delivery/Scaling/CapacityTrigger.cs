using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Scaling;

/// <summary>When a cluster counts as short of room.</summary>
public sealed record CapacityThresholds
{
    /// <summary>How long pods wait for room before that is a sign.</summary>
    /// <value>The default is 60 seconds.</value>
    public TimeSpan PendingFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The share of what the nodes offer, requested of any one resource, from which on a cluster is short of room.</summary>
    /// <value>The default is 0.9.</value>
    public decimal High { get; init; } = 0.9m;

    /// <summary>The share below which it is no longer.</summary>
    /// <value>The default is 0.8.</value>
    public decimal Low { get; init; } = 0.8m;

    /// <summary>How long it has to be well below, with no pod waiting, until it is no longer short.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan ClearAfter { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>One resource of a cluster, in one unit.</summary>
public sealed record ResourceShare(string Resource, decimal Requested, decimal Allocatable)
{
    /// <summary>Nothing to offer and something requested is full.</summary>
    public decimal Share => Allocatable > 0 ? Requested / Allocatable : Requested > 0 ? 1 : 0;
}

/// <summary>What a reading of a cluster shows of its room.</summary>
/// <param name="Pending">Pods that wait because no node has room for them.</param>
/// <param name="PendingSince">Since when the one that has waited longest does.</param>
public sealed record CapacitySigns(string Cluster, int Pending, DateTimeOffset? PendingSince, IReadOnlyList<ResourceShare> Resources);

/// <summary>Whether a cluster is short of room.</summary>
/// <param name="IsRaised">It is short.</param>
/// <param name="Since">Since when it is, or is not.</param>
/// <param name="WellSince">While it is raised: since when no sign is left; null: signs are there.</param>
/// <param name="Acts">It became short just now: that is the event, once.</param>
/// <param name="Sentence">Why.</param>
public sealed record CapacityAlarm(string Cluster, bool IsRaised, DateTimeOffset Since, DateTimeOffset? WellSince, bool Acts, string Sentence);

/// <summary>From readings of a cluster to one event, with hysteresis: raised at once by a sign that lasts, cleared only after a time without any.</summary>
public static class CapacityTrigger
{
    /// <param name="before">What the reading before gave; null at first.</param>
    public static CapacityAlarm Judge(CapacitySigns signs, CapacityThresholds thresholds, CapacityAlarm? before, DateTimeOffset now)
    {
        var why = Why(signs, thresholds, now);
        if (before is not { IsRaised: true })
        {
            return why is null
                ? new CapacityAlarm(signs.Cluster, false, before?.Since ?? now, null, false, $"{signs.Cluster} has room.")
                : new CapacityAlarm(signs.Cluster, true, now, null, true, why);
        }

        if (why is not null || !IsWell(signs, thresholds))
        {
            return before with { WellSince = null, Acts = false, Sentence = why ?? $"{signs.Cluster} is still short of room: {Fullest(signs)}{Waiting(signs)}." };
        }

        var since = before.WellSince ?? now;
        return now - since >= thresholds.ClearAfter
            ? new CapacityAlarm(signs.Cluster, false, now, null, false, $"{signs.Cluster} has room again for {GoDuration.Format(thresholds.ClearAfter)}.")
            : before with { WellSince = since, Acts = false, Sentence = $"{signs.Cluster} has room again since {since:u}; it counts after {GoDuration.Format(thresholds.ClearAfter)}." };
    }

    private static string? Why(CapacitySigns signs, CapacityThresholds thresholds, DateTimeOffset now)
    {
        if (signs.Pending > 0 && signs.PendingSince is { } since && now - since >= thresholds.PendingFor)
        {
            return $"{signs.Cluster} is short of room: {signs.Pending} pods wait for it, the first since {since:u}.";
        }

        return signs.Resources.Any(r => r.Share >= thresholds.High) ? $"{signs.Cluster} is short of room: {Fullest(signs)}; {thresholds.High:0%} is too much." : null;
    }

    // A pod that waits, for however short a time, is no room.
    private static bool IsWell(CapacitySigns signs, CapacityThresholds thresholds) => signs.Pending == 0 && signs.Resources.All(r => r.Share < thresholds.Low);

    private static string Waiting(CapacitySigns signs) => signs.Pending > 0 ? $", {signs.Pending} pods wait" : "";

    private static string Fullest(CapacitySigns signs) => signs.Resources.Count == 0
        ? "no resource is known"
        : signs.Resources.OrderByDescending(r => r.Share).ThenBy(r => r.Resource, StringComparer.Ordinal).Select(r => $"{r.Share:0%} of its {r.Resource} is requested").First();
}
