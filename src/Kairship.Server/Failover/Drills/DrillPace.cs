namespace Kairship.Server.Failover.Drills;

/// <summary>How long a drill waits for what.</summary>
internal sealed record DrillPace
{
    /// <summary>How long the twins get to run what the real clusters run.</summary>
    /// <value>2 min.</value>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>When nothing is under way and nothing has changed for so long, the rest waits for people, for room or for the brake.</summary>
    /// <value>30 s: longer than what a failover pauses by itself.</value>
    public TimeSpan Still { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>250 ms.</value>
    public TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(250);
}
