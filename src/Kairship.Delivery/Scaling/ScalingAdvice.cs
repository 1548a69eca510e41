namespace Kairship.Delivery.Scaling;

public enum ScalingVerdict
{
    /// <summary>It is as it should be.</summary>
    Steady,

    /// <summary>Another total, other bounds, or another division is wanted.</summary>
    Change,

    /// <summary>Nothing can be done until something else changes: what somebody wrote, or the room that there is.</summary>
    Blocked,
}

/// <summary>Why an application is scaled.</summary>
public enum ScalingCause
{
    /// <summary>A metric asks for it.</summary>
    Metric,

    /// <summary>A cron rule came into force, or the application's own limits ask for it.</summary>
    Schedule,

    /// <summary>A cluster that the application is in is short of room.</summary>
    Capacity,

    /// <summary>Somebody asked for it.</summary>
    Person,
}

/// <summary>What should become of an application's replicas, and why.</summary>
/// <param name="Reason">As sentences.</param>
public sealed record ScalingAdvice(ScalingVerdict Verdict, string Reason, DateTimeOffset At)
{
    /// <summary>Of a change.</summary>
    public ScalingCause? Cause { get; init; }

    /// <summary>Of the workload that is measured, over all clusters. null: its clusters size it, or it is not known.</summary>
    public int? Current { get; init; }

    /// <summary>What it should be.</summary>
    public int? Total { get; init; }

    /// <summary>Replicas that are ready; null: not counted.</summary>
    public int? Ready { get; init; }

    /// <summary>Clusters where an autoscaler of their own sizes the workload.</summary>
    public IReadOnlyList<string> Autoscaled { get; init; } = [];

    /// <summary>When the clusters were asked for what is ready and autoscaled.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>Of a change: workload to replicas over all clusters; empty where only bounds change.</summary>
    public IReadOnlyDictionary<string, int> Totals { get; init; } = new Dictionary<string, int>();

    /// <summary>Divided anew, without holding on to what is where.</summary>
    public bool Fresh { get; init; }

    /// <summary>Why people are asked first, as a sentence; null: they are not.</summary>
    public string? Asks { get; init; }

    /// <summary>In force now.</summary>
    public ScalingLimits? Limits { get; init; }

    /// <summary>When the cron rules may next change something.</summary>
    public DateTimeOffset? Next { get; init; }

    public IReadOnlyList<MetricReading> Readings { get; init; } = [];

    public IReadOnlyList<MetricOpinion> Metrics { get; init; } = [];

    /// <summary>For the next decision.</summary>
    public IReadOnlyList<ScalingRecommendation> History { get; init; } = [];

    /// <summary>Since when the same is wanted as now.</summary>
    public DateTimeOffset Since { get; init; } = At;
}
