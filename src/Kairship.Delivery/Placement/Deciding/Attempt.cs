using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>
/// One alternative on its way to a decision. What is known of clusters and workloads stands in arrays by their index, clusters by name, workloads the largest first:
/// a batch asks a million times.
/// </summary>
internal sealed class Attempt
{
    private const int MostRecent = 4;
    private readonly List<string> _notes = [];
    private readonly Share[] _shares;
    private static int[] _nothing = [];
    private int[]? _order;

    public Attempt(PlacementRequest request, ClusterFacts[] clusters, WorkloadNeed[] workloads, ClusterAffinity affinity)
    {
        (Request, Clusters, Workloads, Affinity) = (request, clusters, workloads, affinity);
        var (n, cells) = (clusters.Length, clusters.Length * workloads.Length);
        (Reasons, IsClosed, WasHere, Open) = (new ClusterReason[n], new bool[n], new bool[n], new List<int>(n));
        (Held, Given) = (request.Previous is null ? Nothing(cells) : new int[cells], new int[cells]);
        _shares = new Share[workloads.Length];
        Total = workloads.Sum(w => (long)w.Replicas);
    }

    public PlacementRequest Request { get; }
    public PlacementPolicy Policy => Request.Policy;
    public ClusterFacts[] Clusters { get; }
    public WorkloadNeed[] Workloads { get; }
    public ClusterAffinity Affinity { get; }

    /// <summary>Replicas of all workloads together.</summary>
    public long Total { get; }
    public ClusterReason[] Reasons { get; }

    /// <summary>A taint keeps new replicas away from a cluster that the application is in: it keeps what it has.</summary>
    public bool[] IsClosed { get; }
    public bool[] WasHere { get; }

    /// <summary>By cluster and workload. Written only where there is a previous placement.</summary>
    public int[] Held { get; }
    public int[] Given { get; }
    public List<int> Open { get; }
    public List<int> Chosen { get; private set; } = [];
    public RoomTable? Rooms { get; private set; }
    public long[]? StaticWeights { get; set; }
    public string? Failure { get; private set; }
    public bool IsPlaced => Failure is null;
    public bool TiesDescend => Webster.TiesDescend(Request.Uid);

    /// <summary>Place in the order of clusters, from 1; 0: not ordered.</summary>
    public int Order(int cluster) => _order is null ? 0 : _order[cluster];

    public void Rank(List<int> ordered)
    {
        _order ??= new int[Clusters.Length];
        for (var at = 0; at < ordered.Count; at++)
        {
            _order[ordered[at]] = at + 1;
        }
    }

    public int At(int cluster, int workload) => cluster * Workloads.Length + workload;

    public int Score(int cluster) => WasHere[cluster] ? 100 : 0;

    public void Run()
    {
        Decide();

        // A batch keeps a thousand of these: what was only tried goes.
        Rooms?.Reset();
    }

    private static int[] Nothing(int cells)
    {
        var nothing = _nothing;
        if (nothing.Length < cells)
        {
            _nothing = nothing = new int[cells];
        }

        return nothing;
    }

    private void Decide()
    {
        ClusterFilter.Run(this);
        if (Open.Count == 0)
        {
            Fail(ClusterFilter.NobodyIsLeft(this));
            return;
        }

        Rooms = new RoomTable(this);
        if (Policy.IsStatic)
        {
            if (Policy.SpreadConstraints.Count > 0)
            {
                Note("The spread constraints have no effect: static weights name the clusters themselves.");
            }

            StaticDivision.Run(this);
            return;
        }

        if (Policy.IsDuplicated)
        {
            Duplication.Run(this);
        }
        else
        {
            new DynamicDivision(this).Run();
        }
    }

    public void Note(string sentence) => _notes.Add(sentence);

    /// <summary>Nothing is placed. Clusters that could have been chosen get <paramref name="reason"/>.</summary>
    public void Fail(string sentence, ClusterReason reason = ClusterReason.Unschedulable)
    {
        Failure = sentence;
        Chosen = [];
        Array.Clear(Given);
        foreach (var cluster in Open)
        {
            Reasons[cluster] = Reasons[cluster] == ClusterReason.Chosen ? reason : Reasons[cluster];
        }
    }

    public void Place(List<int> clusters)
    {
        Chosen = clusters;
        foreach (var cluster in Open)
        {
            Reasons[cluster] = Reasons[cluster] == ClusterReason.Chosen ? ClusterReason.Order : Reasons[cluster];
        }

        foreach (var cluster in clusters)
        {
            Reasons[cluster] = ClusterReason.Chosen;
        }
    }

    public void Share(int workload, DivisionMethod method, long before, List<int> clusters, long[]? weights) =>
        _shares[workload] = new Share(method, (int)Math.Min(before, int.MaxValue), clusters, weights);

    public PlacementDecision ToDecision(IReadOnlyList<AlternativeExplanation> alternatives, bool hasAlternatives)
    {
        var failure = hasAlternatives && Failure is not null
            ? string.Join(" ", alternatives.Where(a => a.IsTried).Select(a => a.Sentence))
            : Failure;
        return new PlacementDecision
        {
            Clusters = Chosen.ConvertAll(i => Clusters[i]),
            Replicas = Replicas(),
            Needs = Chosen.SelectMany(NeedsOf).ToList(),
            Explanation = new PlacementExplanation(failure, alternatives, IsPlaced ? Divisions() : [], _notes),
        };
    }

    /// <summary>Clusters that get the same share it: with weights a few hundred clusters get one or none.</summary>
    private Dictionary<string, IReadOnlyDictionary<string, int>> Replicas()
    {
        var replicas = new Dictionary<string, IReadOnlyDictionary<string, int>>(Chosen.Count);
        var recent = new Queue<(int Cluster, IReadOnlyDictionary<string, int> Replicas)>(MostRecent);
        foreach (var i in Chosen)
        {
            IReadOnlyDictionary<string, int>? same = null;
            foreach (var (cluster, given) in recent)
            {
                same ??= GivenTo(cluster).SequenceEqual(GivenTo(i)) ? given : null;
            }

            if (same is null)
            {
                if (recent.Count == MostRecent)
                {
                    recent.Dequeue();
                }

                same = ReplicasIn(i);
                recent.Enqueue((i, same));
            }

            replicas.Add(Clusters[i].Name, same);
        }

        return replicas;
    }

    private ReadOnlySpan<int> GivenTo(int cluster) => Given.AsSpan(At(cluster, 0), Workloads.Length);

    private SortedList<string, int> ReplicasIn(int cluster)
    {
        var replicas = new SortedList<string, int>(Workloads.Length, StringComparer.Ordinal);
        for (var w = 0; w < Workloads.Length; w++)
        {
            replicas.Add(Workloads[w].Key, Given[At(cluster, w)]);
        }

        return replicas;
    }

    private IEnumerable<CapacityNeed> NeedsOf(int cluster)
    {
        for (var w = 0; w < Workloads.Length; w++)
        {
            if (Workloads[w].Pod is { } pod && Given[At(cluster, w)] - Held[At(cluster, w)] is > 0 and var more)
            {
                yield return new CapacityNeed(Clusters[cluster].Name, Workloads[w].Key, pod, more);
            }
        }
    }

    private List<DivisionExplanation> Divisions()
    {
        var divisions = new List<DivisionExplanation>(Workloads.Length);
        for (var w = 0; w < Workloads.Length; w++)
        {
            var (workload, share) = (w, _shares[w]);
            divisions.Add(new DivisionExplanation(
                Workloads[w].Key, share.Method, Workloads[w].Replicas, share.Before, Policy.IsAggregated,
                () => share.Clusters.Select((i, at) => new DivisionShare(Clusters[i].Name, share.Weights?[at], Held[At(i, workload)], Given[At(i, workload)])).ToList()));
        }

        divisions.Sort((a, b) => string.CompareOrdinal(a.Workload, b.Workload));
        return divisions;
    }
}

/// <summary>How one workload was divided: weights by the position of <paramref name="Clusters"/>.</summary>
internal readonly record struct Share(DivisionMethod Method, int Before, List<int> Clusters, long[]? Weights);
