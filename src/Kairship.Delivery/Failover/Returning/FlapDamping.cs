using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>How much less a cluster is trusted that was lost again and again.</summary>
public sealed record FlapDamping
{
    /// <summary>Losses longer ago count no more.</summary>
    /// <value>The default is 24 hours.</value>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(24);

    /// <summary>No cluster has to be well for longer than this, or than the application's own stabilisation if that is more.</summary>
    /// <value>The default is 8 hours.</value>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(8);

    /// <summary>The application's stabilisation, doubled for each loss within the window after the first.</summary>
    /// <param name="losses">When the cluster was lost, in any order.</param>
    public TimeSpan Stabilisation(TimeSpan stabilisation, IReadOnlyList<DateTimeOffset> losses, DateTimeOffset now)
    {
        var recent = losses.Count(at => at <= now && now - at < Window);
        var longest = stabilisation > Longest ? stabilisation : Longest;
        var doubled = stabilisation.Ticks * Math.Pow(2, Math.Max(0, recent - 1));
        return doubled >= longest.Ticks ? longest : TimeSpan.FromTicks((long)doubled);
    }

    /// <summary>When the cluster is trusted again; null: it is not well.</summary>
    /// <param name="wellSince">Since when it is well without a break.</param>
    public DateTimeOffset? TrustedAt(TimeSpan stabilisation, IReadOnlyList<DateTimeOffset> losses, DateTimeOffset? wellSince, DateTimeOffset now) =>
        wellSince is { } since ? since + Stabilisation(stabilisation, losses, since > now ? now : since) : null;

    /// <summary>How often it was lost within the window, in words; empty when once at most.</summary>
    internal string Words(TimeSpan stabilisation, IReadOnlyList<DateTimeOffset> losses, DateTimeOffset wellSince)
    {
        var recent = losses.Count(at => at <= wellSince && wellSince - at < Window);
        return recent < 2 ? "" : $", since it was lost {recent} times within {GoDuration.Format(Window)} ({GoDuration.Format(Stabilisation(stabilisation, losses, wellSince))} instead of {GoDuration.Format(stabilisation)})";
    }
}
