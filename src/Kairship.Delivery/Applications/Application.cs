using Kairship.Delivery.Drift;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Rollouts;
using Kairship.Delivery.Scaling;
using Kairship.Delivery.Traffic;

namespace Kairship.Delivery.Applications;

/// <summary>What is released as one: where it goes, what differs there, and how a new revision gets there. Written as YAML (kind: Application, apiVersion: kairship.io/v1).</summary>
public sealed record Application
{
    /// <summary>DNS label.</summary>
    public required string Name { get; init; }

    /// <summary>Objects without a namespace go here.</summary>
    public required string Namespace { get; init; }
    public PlacementPolicy Placement { get; init; } = new();
    public IReadOnlyList<OverrideRule> Overrides { get; init; } = [];
    public RolloutPolicy Rollout { get; init; } = new();
    public ApplyPolicy Apply { get; init; } = new();

    /// <summary>Null: every release brings its own manifests.</summary>
    public SourceSpec? Source { get; init; }

    /// <summary>How it is kept as it was released.</summary>
    public DriftPolicy Drift { get; init; } = new();

    /// <summary>How objects of kinds of its own say where they are.</summary>
    public IReadOnlyList<StatusRule> Status { get; init; } = [];

    /// <summary>How many replicas it has over all clusters. Null: as many as its manifests say.</summary>
    public ScalingPolicy? Scaling { get; init; }

    /// <summary>How it is rescued from a lost cluster, and brought back.</summary>
    public FailoverPolicy Failover { get; init; } = new();

    /// <summary>How its traffic follows it. Null: that is somebody else's business.</summary>
    public TrafficPolicy? Traffic { get; init; }
}

/// <summary>One set of manifests of an application, immutable. <see cref="Number"/> counts from 1 within the application; <see cref="Name"/> is what people call it ("v2").</summary>
/// <param name="Manifests">JSON array of the objects as given, before placement and overrides.</param>
/// <param name="Digest">Lower-case hex SHA-256 of the canonical manifests.</param>
public sealed record Revision(string Application, int Number, string Name, string Manifests, string Digest, string CreatedBy, DateTimeOffset CreatedAt);
