using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Failover;

/// <summary>A cluster that counts as lost.</summary>
/// <param name="Loss">Which loss: the number of the transition.</param>
/// <param name="Taints">What it is tainted with, with the times since when.</param>
/// <param name="Fencing">Null: nobody has said anything.</param>
public sealed record LostCluster(string Name, long Loss, IReadOnlyList<Taint> Taints, FencingState? Fencing = null);

/// <summary>An application that may have to be moved.</summary>
/// <param name="Placement">Where it is by its last release, lost clusters included, and those too where a release since may have brought it.</param>
/// <param name="Workloads">What it has replicas of, with the totals that hold now.</param>
public sealed record FailoverCandidate(Application Application, PreviousPlacement Placement, IReadOnlyList<WorkloadNeed> Workloads)
{
    /// <summary>Why it must never run twice (<see cref="Statefulness.Of"/>); null: it may.</summary>
    public string? Stateful { get; init; }

    /// <summary>Lost clusters that its own hook has confirmed for it; those that a person has confirmed for all are known by <see cref="LostCluster.Fencing"/>.</summary>
    public IReadOnlyCollection<string> Fenced { get; init; } = [];

    /// <summary>Who holds it.</summary>
    public ArbiterLease? Lease { get; init; }

    /// <summary>A failover of it is under way: it is counted, and not begun again.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>A release since may have taken it away where <see cref="Placement"/> has it: even where nothing else changes it is to be put there again.</summary>
    public bool IsHalfWay { get; init; }

    /// <summary>Turns the order of names in Webster's ties.</summary>
    public string? Uid { get; init; }
}

/// <summary>How fast failovers begin. What is begun writes to clusters that have just lost a neighbour.</summary>
public sealed record FailoverRate
{
    /// <summary>So many begin within a second.</summary>
    /// <value>The default is 50; peers evict 0.5 applications a second.</value>
    public double PerSecond { get; init; } = 50;

    /// <summary>So many are begun and not yet applied at any time.</summary>
    /// <value>The default is 100.</value>
    public int AtOnce { get; init; } = 100;
}

/// <summary>What the fleet's brake says.</summary>
/// <param name="Sentence">Why it holds.</param>
public sealed record BrakeAnswer(bool Holds, string? Sentence = null)
{
    public static BrakeAnswer Off { get; } = new(false);
}

/// <summary>Everything that an order of failovers is decided from.</summary>
/// <param name="Clusters">The whole fleet with the taints of each, lost ones too: who bears a loss stays in that cluster.</param>
/// <param name="Applications">Those that are in a lost cluster; others are passed over.</param>
public sealed record FailoverRequest(IReadOnlyList<LostCluster> Lost, IReadOnlyList<FailoverCandidate> Applications, IReadOnlyList<ClusterFacts> Clusters, DateTimeOffset Now)
{
    public BrakeAnswer Brake { get; init; } = BrakeAnswer.Off;

    public FailoverRate Rate { get; init; } = new();

    /// <summary>When the last failovers began, in any order.</summary>
    public IReadOnlyList<DateTimeOffset> Begun { get; init; } = [];

    /// <summary>Failovers that are begun and not yet applied.</summary>
    public int Running { get; init; }

    /// <summary>
    /// Clusters that were lost lately and are back. Until an application trusts one again (<see cref="FlapDamping"/>), it keeps there what it has and gets nothing new, unless there is no other place: else clusters that flap
    /// in turn would hand it to each other.
    /// </summary>
    public IReadOnlyList<ReturningCluster> Recovering { get; init; } = [];

    /// <summary>Null: room is unknown everywhere. It is as before when the planning is over.</summary>
    public CapacityBook? Capacity { get; init; }
}
