namespace Kairship.Delivery.Scaling;

/// <summary>What a metric said.</summary>
/// <param name="Metric">Its name in the policy.</param>
/// <param name="Value">
/// Of a query: its number. Of a resource: what the pods that were measured use together, or, for Utilization, their mean use in percent of what they request. Null: nothing could be read.
/// </param>
/// <param name="Error">Why not.</param>
public sealed record MetricReading(string Metric, decimal? Value, string? Error = null)
{
    /// <summary>Of a resource: pods that were measured.</summary>
    public int Pods { get; init; }

    /// <summary>Of a resource: pods that should have been measured and were not. They count as on target where fewer replicas would be wanted, and as idle where more would be.</summary>
    public int Missing { get; init; }
}

/// <summary>What one metric wants.</summary>
/// <param name="Total">Null: it could not be read.</param>
/// <param name="Ratio">Its value over its target.</param>
/// <param name="Sentence">For people.</param>
public sealed record MetricOpinion(string Metric, int? Total, decimal? Ratio, string Sentence);
