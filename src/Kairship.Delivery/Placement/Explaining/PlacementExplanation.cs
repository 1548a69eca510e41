namespace Kairship.Delivery.Placement.Explaining;

/// <summary>Why a decision came out as it did. Values and sentences: what people read and what programs read say the same.</summary>
/// <param name="Unschedulable">Why it is placed nowhere; null when it is placed.</param>
/// <param name="Alternatives">All of them in their order; without alternatives one without a name.</param>
/// <param name="Divisions">How the replicas of each workload were dealt out; empty when it is placed nowhere.</param>
/// <param name="Notes">What else is worth knowing, as sentences: a constraint that had no effect, for example.</param>
public sealed record PlacementExplanation(
    string? Unschedulable, IReadOnlyList<AlternativeExplanation> Alternatives, IReadOnlyList<DivisionExplanation> Divisions, IReadOnlyList<string> Notes)
{
    /// <summary>Every cluster that was looked at, by name, as the used alternative sees it, or the last that was tried.</summary>
    public IReadOnlyList<ClusterExplanation> Clusters => (Alternatives.FirstOrDefault(a => a.IsUsed) ?? Alternatives.Last(a => a.IsTried)).Clusters;

    /// <summary>The whole as text: what was decided, the alternatives, the divisions, then every cluster.</summary>
    public IEnumerable<string> Sentences()
    {
        if (Unschedulable is not null)
        {
            yield return $"It is not placed: {Unschedulable}";
        }

        foreach (var sentence in Alternatives.Where(a => a.Name is not null).Select(a => a.Sentence).Concat(Divisions.Select(d => d.Sentence)).Concat(Notes))
        {
            yield return sentence;
        }

        foreach (var cluster in Clusters)
        {
            yield return cluster.Sentence;
        }
    }
}

/// <summary>One affinity that was tried, or was not.</summary>
/// <param name="Name">null: the only one.</param>
/// <param name="WhyNot">Why it was not used, as a sentence; null for the one that was used.</param>
public sealed class AlternativeExplanation(string? name, bool isTried, string? whyNot, Func<IReadOnlyList<ClusterExplanation>> clusters)
{
    private IReadOnlyList<ClusterExplanation>? _clusters;

    public string? Name { get; } = name;

    public bool IsTried { get; } = isTried;

    public bool IsUsed => IsTried && WhyNot is null;

    public string? WhyNot { get; } = whyNot;

    public string Sentence => WhyNot is null ? $"The alternative {Name} was used." : $"The alternative {Name} was not used: {WhyNot}";

    /// <summary>Written when somebody asks: a batch of decisions over a great fleet has a million of them.</summary>
    public IReadOnlyList<ClusterExplanation> Clusters => _clusters ??= clusters();
}

/// <summary>What decided about a cluster.</summary>
public enum ClusterReason : byte
{
    Chosen,

    /// <summary>Names or labels.</summary>
    Affinity,

    /// <summary>Provider, region or zone.</summary>
    Field,
    Taint,

    /// <summary>No static weight.</summary>
    Weight,

    /// <summary>It has too little room.</summary>
    Capacity,

    /// <summary>The spread constraints chose others, or none.</summary>
    Spread,

    /// <summary>Others come before it and are enough, or the division gave it no replica.</summary>
    Order,

    /// <summary>It could have been chosen, but the application as a whole could not be placed.</summary>
    Unschedulable,
}

/// <summary>Numbers of one workload in one cluster.</summary>
/// <param name="Held">Replicas that are there already.</param>
/// <param name="Free">How many more it has room for; null: not known, or not asked.</param>
/// <param name="Given">Replicas that it gets.</param>
public sealed record WorkloadRoom(string Workload, int Held, int? Free, int Given);

/// <summary>Why a cluster is in or out.</summary>
/// <param name="Sentence">The whole, for people.</param>
/// <param name="Score">100 when the application is there already, 0 otherwise; null for those that were ruled out before.</param>
/// <param name="Available">Replicas of the whole application that it can have, held ones included; null when room was not asked for.</param>
/// <param name="Order">Its place in the order of score, available replicas and name, from 1; null when nothing was chosen by order.</param>
/// <param name="EvictionDue">When what is there has to go, by a taint that is tolerated for a time.</param>
public sealed record ClusterExplanation(
    string Cluster, bool IsChosen, ClusterReason Reason, string Sentence, int? Score, int? Available, int? Order, DateTimeOffset? EvictionDue, IReadOnlyList<WorkloadRoom> Workloads);

/// <summary>How many replicas of a workload a cluster weighs, held and got.</summary>
/// <param name="Weight">null: nothing was weighed.</param>
public sealed record DivisionShare(string Cluster, long? Weight, int Held, int Given);

public enum DivisionMethod
{
    /// <summary>All of them, in every cluster.</summary>
    Duplicated,

    /// <summary>All anew, by the weights that the policy names.</summary>
    StaticWeights,

    /// <summary>Only what is more than before, by free room.</summary>
    ScaleUp,

    /// <summary>All anew, by what was there before.</summary>
    ScaleDown,

    /// <summary>As it was.</summary>
    Unchanged,

    /// <summary>All anew, by free room and what is there.</summary>
    Fresh,
}

/// <summary>How the replicas of a workload came about.</summary>
/// <param name="Total">All replicas, or for Duplicated those of one cluster.</param>
/// <param name="Before">How many the chosen clusters held.</param>
/// <param name="IsAggregated">On as few clusters as had room.</param>
public sealed class DivisionExplanation(string workload, DivisionMethod method, int total, int before, bool isAggregated, Func<IReadOnlyList<DivisionShare>> shares)
{
    private const int MostShown = 20;
    private IReadOnlyList<DivisionShare>? _shares;

    public string Workload { get; } = workload;

    public DivisionMethod Method { get; } = method;

    public int Total { get; } = total;

    public int Before { get; } = before;

    public bool IsAggregated { get; } = isAggregated;

    /// <summary>Of the clusters that took part, by name.</summary>
    public IReadOnlyList<DivisionShare> Shares => _shares ??= shares();

    public string Sentence
    {
        get
        {
            var shown = string.Join(", ", Shares.Where(s => s.Given > 0).Take(MostShown).Select(Show));
            var more = Shares.Count(s => s.Given > 0) - MostShown;
            return $"{Workload}: {Words}{(shown.Length == 0 ? "" : $": {shown}")}{(more > 0 ? $" and {more} more clusters" : "")}.";
        }
    }

    private string Words => Method switch
    {
        DivisionMethod.Duplicated => $"{Total} in every cluster",
        DivisionMethod.StaticWeights => $"{Total} divided by static weight",
        DivisionMethod.ScaleUp when Before == 0 => $"{Total} divided by free room{Where}",
        DivisionMethod.ScaleUp => $"{Total - Before} more than the {Before} that are there, divided by free room{Where}",
        DivisionMethod.ScaleDown => $"{Total} instead of {Before}, divided by what was there before{Where}",
        DivisionMethod.Unchanged => $"{Total} as before",
        _ => $"{Total} divided anew by free room and what is there{Where}",
    };

    private string Where => IsAggregated ? ", on as few clusters as have room" : "";

    private string Show(DivisionShare share) => Method == DivisionMethod.Duplicated || share.Weight is null || share.Weight == 0
        ? $"{share.Cluster} {share.Given}"
        : $"{share.Cluster} {share.Given} (weight {share.Weight}{(share.Held > 0 ? $", held {share.Held}" : "")})";
}
