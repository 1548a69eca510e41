using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Scaling;

/// <summary>All that is known of an application when its replicas are decided.</summary>
/// <param name="Manifests">Of its current revision.</param>
/// <param name="Plan">Of the last release that succeeded: where it is, with how many.</param>
public sealed record ScalingScene(Application Application, IReadOnlyList<Manifest> Manifests, Plan Plan)
{
    public IReadOnlyList<MetricReading> Readings { get; init; } = [];

    /// <summary>Replicas of the measured workload that are ready; null: not counted.</summary>
    public int? Ready { get; init; }

    /// <summary>Clusters where an autoscaler of their own sizes the measured workload.</summary>
    public IReadOnlyList<string> Autoscaled { get; init; } = [];

    /// <summary>When the clusters were asked for these two.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>What the advice before gave.</summary>
    public IReadOnlyList<ScalingRecommendation> History { get; init; } = [];

    /// <summary>Clusters that became short of room just now, with the sentence that says so.</summary>
    public IReadOnlyDictionary<string, string> Short { get; init; } = new Dictionary<string, string>();
}
