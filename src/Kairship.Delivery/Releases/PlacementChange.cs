using Kairship.Delivery.Arbitration;

namespace Kairship.Delivery.Releases;

/// <summary>Why an application is put to clusters.</summary>
public enum ReleaseKind
{
    /// <summary>It gets a revision.</summary>
    Release,

    /// <summary>Its total, or what its clusters have room for, changed.</summary>
    Scale,

    /// <summary>Clusters that it was in are lost.</summary>
    Failover,

    /// <summary>Clusters that were lost are back.</summary>
    Failback,
}

/// <summary>What is asked of the placement beside the application's own wish, by a release that is more than a new revision. ADR 7.</summary>
/// <param name="Cause">A sentence for people: what happened.</param>
public sealed record PlacementChange(ReleaseKind Kind, string Cause)
{
    /// <summary>Totals by workload ("Deployment/web"); those that are not named keep theirs.</summary>
    public IReadOnlyDictionary<string, int> Totals { get; init; } = new Dictionary<string, int>();

    /// <summary>Clusters that the plan goes without, and that nothing is done to.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Which loss of each of <see cref="Lost"/> it is: the number of the transition that it began with. Clocks of nodes differ, numbers do not.</summary>
    public IReadOnlyDictionary<string, long> Losses { get; init; } = new Dictionary<string, long>();

    /// <summary>Clusters that keep what they have and get nothing new, as long as there is another place: they came back from a loss and are not trusted again.</summary>
    public IReadOnlyList<string> Avoids { get; init; } = [];

    /// <summary>The named affinity to begin with; null: where the application is now.</summary>
    public string? Alternative { get; init; }

    /// <summary>The release whose place the application returns to, as far as it may: what that gave to each cluster counts as there. null: where it is now counts.</summary>
    public string? Origin { get; init; }

    /// <summary>Divided anew, without holding on to what is where.</summary>
    public bool Fresh { get; init; }

    /// <summary>Why people are asked before anything is written, as a sentence; null: they are not, whatever the application's rollout says.</summary>
    public string? Asks { get; init; }

    /// <summary>The release that this one ended because it goes before it; the store knows. What it left half done is brought back to stable first.</summary>
    public string? Preempted { get; init; }
}

/// <summary>What is to be started.</summary>
/// <param name="DedupeKey">The same key twice starts one release.</param>
/// <param name="Change">Null: a new revision, placed as the application says.</param>
public sealed record NewRelease(
    Applications.Application Spec, string Revision, string Workflow, string RequestedBy, string? DedupeKey = null, PlacementChange? Change = null)
{
    /// <summary>Who else may hold the application against it.</summary>
    public ArbiterPurpose Purpose => (Change?.Kind ?? ReleaseKind.Release) switch
    {
        ReleaseKind.Scale => ArbiterPurpose.Scale,
        ReleaseKind.Failback => ArbiterPurpose.Failback,
        ReleaseKind.Failover => ArbiterPurpose.Failover,
        _ => ArbiterPurpose.Release,
    };
}
