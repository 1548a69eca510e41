namespace Kairship.Delivery.Failover;

/// <summary>Whether a cluster can be worked with.</summary>
public enum Readiness
{
    Ready,

    /// <summary>It answers and cannot be worked with.</summary>
    NotReady,

    /// <summary>It does not answer: it may be fine and only out of reach.</summary>
    Unreachable,

    /// <summary>It joined a short while ago and has not been ready yet.</summary>
    Starting,
}

/// <summary>What is known of one cluster's readiness: what its taints and the brake of the fleet are decided by.</summary>
/// <param name="Since">Since when the readiness is what it is.</param>
public sealed record ClusterSight(string Cluster, Readiness Readiness, DateTimeOffset Since)
{
    /// <summary>Looks in a row that found a Ready cluster otherwise; not enough yet to count.</summary>
    public int FailedLooks { get; init; }

    /// <summary>When the last look that is known of ended; null: as far as is known it is looked at all the time.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>It counted as Ready and does not any more: a failover may be about it.</summary>
    public bool IsLost => Readiness is Readiness.NotReady or Readiness.Unreachable;
}
