using System.Text.Json.Serialization;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Scaling;

/// <summary>What of the replicas is Kairship's to say.</summary>
public enum ScalingOwnership
{
    /// <summary>Kairship sets the total over all clusters; the placement divides it. No autoscaler may size the same workload.</summary>
    Total,

    /// <summary>Every cluster's own HorizontalPodAutoscaler sizes the workload; Kairship sets its minReplicas and maxReplicas, and never the replicas.</summary>
    Bounds,
}

/// <summary>How an application is scaled over its clusters (spec.scaling).</summary>
public sealed record ScalingPolicy
{
    /// <summary>"Deployment/web". The first is measured and scaled; the others keep their proportion to it. Empty: the application's only workload with replicas.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    /// <summary>The least over all clusters together.</summary>
    public int Min { get; init; } = 1;

    /// <summary>The most over all clusters together.</summary>
    public required int Max { get; init; }

    public ScalingOwnership Owns { get; init; }

    /// <summary>A metric that is off its target by no more than this share changes nothing.</summary>
    /// <value>The default is 0.1; 0 to 1.</value>
    public decimal Tolerance { get; init; } = 0.1m;

    public ScalingStabilisation Stabilisation { get; init; } = new();

    /// <summary>Release managers are asked before the total grows above this; null: never.</summary>
    public int? ApprovalAbove { get; init; }

    public IReadOnlyList<ScalingMetric> Metrics { get; init; } = [];

    public IReadOnlyList<ScalingCron> Cron { get; init; } = [];
}

/// <summary>How long recommendations have to agree before they are followed.</summary>
public sealed record ScalingStabilisation
{
    /// <value>The default is 5 minutes.</value>
    public TimeSpan ScaleDown { get; init; } = TimeSpan.FromMinutes(5);

    /// <value>The default is 0: at once.</value>
    public TimeSpan ScaleUp { get; init; }
}

public enum MetricProvider
{
    /// <summary>A query that gives one number.</summary>
    Prometheus,

    /// <summary>What the pods use, by the metrics API of their clusters.</summary>
    Resource,
}

/// <summary>What a metric's target is compared with (the words of Kubernetes' autoscaler).</summary>
public enum MetricTarget
{
    /// <summary>The value divided by the replicas.</summary>
    AverageValue,

    /// <summary>The value as it is: twice the target wants twice the replicas.</summary>
    Value,

    /// <summary>The mean use in percent of what the pods request.</summary>
    Utilization,
}

/// <summary>A number that says how many replicas are wanted.</summary>
/// <param name="Address">Prometheus: its URL; null: the one that the server is configured with.</param>
/// <param name="Query">Prometheus: PromQL that gives one number for all clusters.</param>
/// <param name="Resource">Resource: "cpu" or "memory".</param>
/// <param name="Target">A quantity: "100", "0.5", "500m", "2Gi".</param>
public sealed record ScalingMetric(
    string Name, MetricProvider Provider, string Target, MetricTarget TargetType, string? Query = null, string? Address = null, string? Resource = null)
{
    /// <summary>The target as a number; null where it is none.</summary>
    [JsonIgnore]
    public decimal? TargetValue => Quantity.TryParse(Target, out var value) && value > 0 ? value : null;

    /// <summary>What a target means where nothing is said: the use in percent of a resource, the value for each replica of a query.</summary>
    public static MetricTarget DefaultType(MetricProvider provider) => provider == MetricProvider.Resource ? MetricTarget.Utilization : MetricTarget.AverageValue;
}

/// <summary>A rule that is in force from one of its times on until another rule's time comes.</summary>
/// <param name="Schedule">Five fields, or six with seconds first, or a macro such as @daily: what schedules of workflows take.</param>
/// <param name="TimeZone">An IANA name such as Europe/Berlin; null: UTC.</param>
/// <param name="TargetReplicas">A total. With metrics beside it, at least this many.</param>
/// <param name="TargetMin">Instead of the policy's Min, while it is in force.</param>
/// <param name="TargetMax">Instead of the policy's Max, while it is in force.</param>
/// <param name="Suspend">It is as if it were not there.</param>
public sealed record ScalingCron(
    string Name, string Schedule, string? TimeZone = null, int? TargetReplicas = null, int? TargetMin = null, int? TargetMax = null, bool Suspend = false);
