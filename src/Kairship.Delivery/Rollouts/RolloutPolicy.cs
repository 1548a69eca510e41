using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Rollouts;

/// <summary>How a new revision reaches the clusters.</summary>
public sealed record RolloutPolicy
{
    /// <summary>The definition id of the workflow that releases: "canary", "deploy" or a user's own.</summary>
    public string Workflow { get; init; } = "canary";

    /// <summary>In order. Empty: one wave of all clusters. A cluster that no wave selects joins a last wave named "rest".</summary>
    public IReadOnlyList<Wave> Waves { get; init; } = [];

    /// <summary>Canary steps inside every wave. Empty: straight to promotion.</summary>
    public IReadOnlyList<CanaryStep> Steps { get; init; } = [];

    /// <summary>Null: released without asking.</summary>
    public ApprovalRequirement? Approval { get; init; }

    /// <summary>How long a cluster may take to become healthy at any one step before that is a failure.</summary>
    public TimeSpan ProgressDeadline { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Clusters that go together. A null selector selects none, an empty one all.</summary>
/// <param name="MaxConcurrency">A number of clusters ("2") or a share rounded down, at least 1 ("50%"); null: all at once.</param>
public sealed record Wave(string Name, LabelSelector? LabelSelector = null, IReadOnlyList<string>? ClusterNames = null, string? MaxConcurrency = null);

/// <summary>One step: the share of traffic for the canary in percent, then how long to watch it. <see cref="Weight"/> is 1 to 100, not less than the step before.</summary>
public sealed record CanaryStep(int Weight, TimeSpan Observe);

/// <summary>Who must agree before anything is changed. Distinct people, never the requester; one rejection ends it.</summary>
public sealed record ApprovalRequirement(int MinApprovals = 1, IReadOnlyList<string>? Roles = null, TimeSpan? ExpiresAfter = null);
