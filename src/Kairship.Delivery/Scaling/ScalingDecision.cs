namespace Kairship.Delivery.Scaling;

/// <summary>What was recommended at a time, before stabilisation: it holds until the next one.</summary>
public sealed record ScalingRecommendation(DateTimeOffset At, int Total);

/// <summary>Everything that a total is decided from.</summary>
/// <param name="Current">The total that was set last.</param>
/// <param name="Readings">At most one counts for each metric of the policy, the first.</param>
/// <param name="History">What the decisions before gave back; empty at first.</param>
public sealed record ScalingFacts(int Current, IReadOnlyList<MetricReading> Readings, IReadOnlyList<ScalingRecommendation> History)
{
    /// <summary>How many of them are ready, over all clusters; null: all.</summary>
    public int? Ready { get; init; }
}

/// <summary>How many replicas an application should have over all clusters.</summary>
/// <param name="Recommended">Before stabilisation.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="NeedsApproval">The total grows above what the application lets Kairship do alone.</param>
/// <param name="History">For the next decision: the recommendations that may still count.</param>
public sealed record ScalingDecision(
    int Current, int Total, int Recommended, string Reason, bool NeedsApproval, ScalingLimits Limits, IReadOnlyList<MetricOpinion> Metrics, IReadOnlyList<ScalingRecommendation> History)
{
    public bool IsChange => Total != Current;
}
