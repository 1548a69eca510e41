using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Plans;

/// <summary>What a plan means for a cluster.</summary>
public enum PlannedRole
{
    /// <summary>It gets the revision.</summary>
    Target,

    /// <summary>The application leaves it: what it has there is deleted, after all others are healthy.</summary>
    Leaving,

    /// <summary>It is lost: nothing is done to it. What it still has when it comes back is compared before anything else there.</summary>
    Lost,
}

/// <summary>What a plan keeps of why an application is where it is. Not part of the digest: what it decides is.</summary>
/// <param name="Alternative">The affinity that was used; null where there is only one.</param>
/// <param name="Uid">By what ties were broken: the next decision breaks them by the same. null: by the names alone.</param>
/// <param name="Clusters">Chosen and left ones, then others as far as they are kept.</param>
/// <param name="MoreClusters">How many others are not kept.</param>
/// <param name="Alternatives">What became of each alternative, as sentences; none where there is only one.</param>
/// <param name="Divisions">How the replicas of each workload were divided, as sentences.</param>
/// <param name="Notes">What else is worth knowing, as sentences.</param>
public sealed record PlanPlacement(
    string? Alternative, string? Uid, IReadOnlyList<PlacedCluster> Clusters, int MoreClusters, IReadOnlyList<string> Alternatives, IReadOnlyList<string> Divisions,
    IReadOnlyList<string> Notes)
{
    /// <summary>More clusters that were not chosen than this are only counted.</summary>
    public const int MostOthers = 50;

    private const int MostSentences = 100;

    /// <summary>Why it is placed nowhere, as a sentence; null when it is placed.</summary>
    public string? Unschedulable { get; init; }

    /// <summary>Writes a decision down. The book of capacity that it was made with must still be as it was then.</summary>
    /// <param name="leaving">Clusters that the application was in and is not any more, with what is said of them.</param>
    /// <param name="notes">Beside the decision's own.</param>
    public static PlanPlacement Of(PlacementDecision decision, string? uid, IReadOnlyDictionary<string, string> leaving, IEnumerable<string> notes, int others = MostOthers)
    {
        var explanation = decision.Explanation;
        var all = explanation.Clusters.Select(c => PlacedCluster.Of(c, leaving.GetValueOrDefault(c.Cluster))).ToList();
        var known = all.ConvertAll(c => c.Cluster);
        all.AddRange(leaving.Where(l => !known.Contains(l.Key)).OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => new PlacedCluster(l.Key, false, "Gone", l.Value) { IsLeft = true }));
        var telling = all.Where(c => c.IsChosen || c.IsLeft).ToList();
        var rest = all.Where(c => !c.IsChosen && !c.IsLeft).ToList();
        var named = explanation.Alternatives.Where(a => a.Name is not null);
        return new PlanPlacement(
            decision.Alternative, uid, [.. telling, .. rest.Take(others)], Math.Max(0, rest.Count - others),
            [.. named.Select(a => a.Sentence).Take(MostSentences)], [.. explanation.Divisions.Select(d => d.Sentence).Take(MostSentences)],
            [.. explanation.Notes.Concat(notes).Take(MostSentences)])
        {
            Unschedulable = explanation.Unschedulable,
        };
    }
}

/// <summary>Why a cluster is in or out.</summary>
/// <param name="Reason">A word of <see cref="ClusterReason"/>; "Gone": it is no member any more.</param>
/// <param name="Sentence">The whole, for people.</param>
public sealed record PlacedCluster(string Cluster, bool IsChosen, string Reason, string Sentence)
{
    /// <summary>The application was there and leaves it.</summary>
    public bool IsLeft { get; init; }

    /// <summary>By workload, what it gets.</summary>
    public IReadOnlyDictionary<string, int> Replicas { get; init; } = new Dictionary<string, int>();

    /// <summary>By workload, what it had.</summary>
    public IReadOnlyDictionary<string, int> Before { get; init; } = new Dictionary<string, int>();

    /// <summary>Replicas of the whole application that it can have, held ones included; null: not known, or not asked.</summary>
    public int? Available { get; init; }

    /// <summary>When what is there has to go, by a taint that is borne for a time.</summary>
    public DateTimeOffset? EvictionDue { get; init; }

    internal static PlacedCluster Of(ClusterExplanation explained, string? left) => new(
        explained.Cluster, explained.IsChosen, explained.Reason.ToString(), left is null ? explained.Sentence : $"{explained.Sentence} {left}")
    {
        IsLeft = left is not null,
        Replicas = explained.IsChosen ? explained.Workloads.ToDictionary(w => w.Workload, w => w.Given) : new Dictionary<string, int>(),
        Before = explained.Workloads.Where(w => w.Held > 0).ToDictionary(w => w.Workload, w => w.Held),
        Available = explained.Available,
        EvictionDue = explained.EvictionDue,
    };
}
