namespace Kairship.Delivery.Placement.Capacity;

/// <summary>So many pods of a workload more than before in a cluster.</summary>
public sealed record CapacityNeed(string Cluster, string Workload, PodRequest Pod, int Replicas);

/// <summary>What is assumed to be on its way, until it is released.</summary>
public sealed class Assumption
{
    internal List<AssumedPods> Pods { get; } = [];

    internal bool IsReleased { get; set; }
}

/// <param name="Taken">Pods by node, or null when they had no place any more after the cluster was read anew.</param>
internal sealed class AssumedPods(int cluster, PodRequest request, int replicas, int[]? taken)
{
    public int Cluster { get; } = cluster;
    public PodRequest Request { get; } = request;
    public int Replicas { get; } = replicas;
    public int[]? Taken { get; set; } = taken;
}

/// <summary>
/// What the clusters of a fleet have room for. A batch of decisions assumes one after the other what it gives away, so that all applications do not land on one cluster.
/// Estimates are kept for each request's shape until the cluster changes. Not for several threads at once: a decision and its assumption belong together.
/// </summary>
public sealed class CapacityBook
{
    private const int MostShapes = 4096;

    private readonly Dictionary<string, int> _indexes = [];
    private readonly List<ClusterRoom?> _rooms = [];
    private readonly List<int> _versions = [];
    private readonly Dictionary<string, Estimates> _shapes = [];
    private readonly List<List<AssumedPods>> _assumed = [];

    /// <summary>Clusters that are not in the book have unknown room: they limit nothing.</summary>
    public CapacityBook(IEnumerable<KeyValuePair<string, IReadOnlyList<NodeFacts>>> clusters)
    {
        foreach (var (name, nodes) in clusters)
        {
            Refresh(name, nodes);
        }
    }

    /// <summary>How many pods of this kind fit into a cluster now; null: nothing is known of it.</summary>
    public int? Free(string cluster, PodRequest request) =>
        _indexes.TryGetValue(cluster, out var index) && _rooms[index] is not null ? Free(index, EstimatesOf(request)) : null;

    /// <summary>The nodes of a cluster were read anew, or for the first time; null: nothing is known of it any more. What is assumed and not released stays assumed.</summary>
    public void Refresh(string cluster, IReadOnlyList<NodeFacts>? nodes)
    {
        if (!_indexes.TryGetValue(cluster, out var index))
        {
            index = _rooms.Count;
            _indexes.Add(cluster, index);
            _rooms.Add(null);
            _versions.Add(0);
            _assumed.Add([]);
        }

        var room = nodes is null ? null : new ClusterRoom(nodes);
        _rooms[index] = room;
        _versions[index]++;
        foreach (var pods in _assumed[index])
        {
            // When less has room than was assumed, the cluster is full for this shape, which is the truth.
            pods.Taken = room?.Take(pods.Request, Math.Min(pods.Replicas, room.Free(pods.Request)));
        }
    }

    /// <summary>Deducts what a decision gives away. Clusters that are not in the book are passed over.</summary>
    /// <returns>null, and nothing deducted, when it does not fit (any more).</returns>
    public Assumption? Assume(IReadOnlyList<CapacityNeed> needs)
    {
        var assumption = new Assumption();
        foreach (var need in needs)
        {
            if (need.Replicas <= 0 || !_indexes.TryGetValue(need.Cluster, out var index) || _rooms[index] is not { } room)
            {
                continue;
            }

            if (room.Take(need.Pod, need.Replicas) is not { } taken)
            {
                Release(assumption);
                return null;
            }

            _versions[index]++;
            var pods = new AssumedPods(index, need.Pod, need.Replicas, taken);
            assumption.Pods.Add(pods);
            _assumed[index].Add(pods);
        }

        return assumption;
    }

    /// <summary>The pods are there now (and counted by a new reading of the nodes), or will not come.</summary>
    public void Release(Assumption assumption)
    {
        if (assumption.IsReleased)
        {
            return;
        }

        assumption.IsReleased = true;
        foreach (var pods in assumption.Pods)
        {
            _assumed[pods.Cluster].Remove(pods);
            if (pods.Taken is { } taken)
            {
                _rooms[pods.Cluster]?.GiveBack(pods.Request, taken);
                _versions[pods.Cluster]++;
            }
        }
    }

    internal int IndexOf(string cluster) => _indexes.TryGetValue(cluster, out var index) && _rooms[index] is not null ? index : -1;

    internal ClusterRoom Room(int index) => _rooms[index]!;

    internal Estimates EstimatesOf(PodRequest request)
    {
        if (!_shapes.TryGetValue(request.Shape, out var estimates))
        {
            if (_shapes.Count >= MostShapes)
            {
                _shapes.Clear();
            }

            estimates = new Estimates(request);
            _shapes.Add(request.Shape, estimates);
        }

        return estimates;
    }

    internal int Free(int index, Estimates estimates) => estimates.Get(index, _versions[index], _rooms[index]!);

    /// <summary>What was found out for one shape, by cluster, with the version of the cluster that it holds for.</summary>
    internal sealed class Estimates(PodRequest request)
    {
        private int[] _free = [];
        private int[] _versions = [];

        public int Get(int index, int version, ClusterRoom room)
        {
            if (index >= _free.Length)
            {
                Array.Resize(ref _free, Math.Max(index + 1, _free.Length * 2));
                Array.Resize(ref _versions, _free.Length);
            }

            if (_versions[index] != version)
            {
                (_free[index], _versions[index]) = (room.Free(request), version);
            }

            return _free[index];
        }
    }
}
