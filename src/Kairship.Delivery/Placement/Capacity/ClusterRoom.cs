namespace Kairship.Delivery.Placement.Capacity;

/// <summary>What is free on the nodes of one cluster, after what is assumed.</summary>
internal sealed class ClusterRoom
{
    private const int MostOnStack = 256;
    private readonly NodeFacts[] _nodes;
    private readonly long[] _cpu;
    private readonly long[] _memory;
    private readonly long[] _pods;
    private readonly Dictionary<string, long>?[] _extended;

    // Neither cordoned nor tainted: takes whatever has no wishes of its own.
    private readonly bool[] _plain;

    public ClusterRoom(IReadOnlyList<NodeFacts> nodes)
    {
        // By name, so that the order in which somebody read the nodes decides nothing.
        _nodes = nodes.OrderBy(n => n.Name, StringComparer.Ordinal).ToArray();
        _plain = Array.ConvertAll(_nodes, n => !n.IsUnschedulable && n.Taints.Count == 0);
        _cpu = Array.ConvertAll(_nodes, n => n.Allocatable.CpuMilli - n.Requested.CpuMilli);
        _memory = Array.ConvertAll(_nodes, n => n.Allocatable.MemoryBytes - n.Requested.MemoryBytes);
        _pods = Array.ConvertAll(_nodes, n => (long)n.Pods - n.PodsThere);
        _extended = Array.ConvertAll(_nodes, n => n.Allocatable.Extended?.ToDictionary(e => e.Key, e => e.Value - n.Requested.Of(e.Key)));
    }

    private ClusterRoom(ClusterRoom other)
    {
        (_nodes, _plain) = (other._nodes, other._plain);
        _cpu = [.. other._cpu];
        _memory = [.. other._memory];
        _pods = [.. other._pods];
        _extended = Array.ConvertAll(other._extended, e => e is null ? null : new Dictionary<string, long>(e));
    }

    public ClusterRoom Clone() => new(this);

    /// <summary>How many such pods fit: the sum of what fits on each node.</summary>
    public int Free(PodRequest request)
    {
        var sum = 0L;
        for (var i = 0; i < _nodes.Length; i++)
        {
            sum += Free(i, request);
        }

        return (int)Math.Min(sum, int.MaxValue);
    }

    public int Nodes => _nodes.Length;

    /// <summary>Puts pods on the nodes with most places left, as the scheduler spreads them. Null, and nothing taken, when they do not all fit.</summary>
    /// <returns>Pods by node.</returns>
    public int[]? Take(PodRequest request, int pods)
    {
        var taken = new int[_nodes.Length];
        return TryTake(request, pods, taken) ? taken : null;
    }

    /// <param name="taken">For each node the pods that it gets.</param>
    public bool TryTake(PodRequest request, int pods, Span<int> taken)
    {
        Span<long> places = _nodes.Length <= MostOnStack ? stackalloc long[_nodes.Length] : new long[_nodes.Length];
        var sum = 0L;
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = Free(i, request);
            sum += places[i];
        }

        if (sum < pods)
        {
            return false;
        }

        Level(places, pods, taken);
        Change(request, taken, -1);
        return true;
    }

    public void GiveBack(PodRequest request, ReadOnlySpan<int> taken) => Change(request, taken, 1);

    // Lowers the fullest to a common level, so that nobody has more than one place more than that left.
    private static void Level(ReadOnlySpan<long> places, int pods, Span<int> taken)
    {
        var (low, high) = (0L, 0L);
        foreach (var place in places)
        {
            high = Math.Max(high, place);
        }

        while (low < high)
        {
            var middle = low + (high - low) / 2;
            var above = 0L;
            foreach (var place in places)
            {
                above += Math.Max(0, place - middle);
            }

            (low, high) = above <= pods ? (low, middle) : (middle + 1, high);
        }

        var left = (long)pods;
        for (var i = 0; i < places.Length; i++)
        {
            taken[i] = (int)Math.Max(0, places[i] - low);
            left -= taken[i];
        }

        for (var i = 0; i < places.Length && left > 0; i++)
        {
            if (places[i] - taken[i] > 0 && places[i] >= low)
            {
                taken[i]++;
                left--;
            }
        }
    }

    private long Free(int node, PodRequest request)
    {
        var free = _pods[node];
        if (free <= 0 || (!(request.IsPlain && _plain[node]) && !NodeFit.Admits(_nodes[node], request)))
        {
            return 0;
        }

        var amounts = request.Amounts;
        if (amounts.CpuMilli > 0)
        {
            free = Math.Min(free, Whole(_cpu[node], amounts.CpuMilli));
        }

        if (amounts.MemoryBytes > 0)
        {
            free = Math.Min(free, Whole(_memory[node], amounts.MemoryBytes));
        }

        foreach (var (name, amount) in request.Extended)
        {
            free = Math.Min(free, (_extended[node]?.GetValueOrDefault(name) ?? 0) / amount);
        }

        return Math.Max(0, free);
    }

    // Below 2^52 the quotient of doubles has the same whole part and is quicker: this is what a first look at a great fleet consists of.
    private static long Whole(long have, long each) =>
        (ulong)have < Exact && (ulong)each < Exact ? (long)((double)have / each) : have / each;

    private const ulong Exact = 1UL << 51;

    private void Change(PodRequest request, ReadOnlySpan<int> pods, int sign)
    {
        for (var i = 0; i < pods.Length; i++)
        {
            var count = (long)sign * pods[i];
            if (count == 0)
            {
                continue;
            }

            _cpu[i] += count * request.Amounts.CpuMilli;
            _memory[i] += count * request.Amounts.MemoryBytes;
            _pods[i] += count;
            foreach (var (name, amount) in request.Extended)
            {
                _extended[i]![name] += count * amount;
            }
        }
    }
}
