using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>What the open clusters have room for, by cluster and workload, and for the application as a whole.</summary>
internal sealed class RoomTable
{
    private readonly Attempt _attempt;
    private readonly int[] _book;
    private readonly int[] _free;
    private readonly int[] _available;
    private readonly CapacityBook.Estimates?[] _estimates;
    private readonly CapacityTrial? _trial;

    public RoomTable(Attempt attempt)
    {
        _attempt = attempt;
        var (n, count) = (attempt.Clusters.Length, attempt.Workloads.Length);
        (_book, _free, _available, _estimates) = (new int[n], new int[n * count], new int[n], new CapacityBook.Estimates?[count]);
        var book = attempt.Request.Capacity;
        _trial = book is null ? null : new CapacityTrial(book);
        for (var w = 0; w < count; w++)
        {
            _estimates[w] = book is not null && attempt.Workloads[w].Pod is { } pod ? book.EstimatesOf(pod) : null;
        }

        foreach (var i in attempt.Open)
        {
            _book[i] = book?.IndexOf(attempt.Clusters[i].Name) ?? -1;
            for (var w = 0; w < count; w++)
            {
                _free[attempt.At(i, w)] = attempt.IsClosed[i] ? 0 : IsKnown(i, w) ? book!.Free(_book[i], _estimates[w]!) : attempt.Workloads[w].Replicas;
            }

            _available[i] = Whole(i);
        }
    }

    /// <summary>False: nobody knows what the cluster has room for. As in Karmada it then counts as having room for all.</summary>
    public bool IsKnown(int cluster, int workload) => _book[cluster] >= 0 && _estimates[workload] is not null;

    /// <summary>More pods of a workload that fit, before anything of this decision is taken.</summary>
    public int Free(int cluster, int workload) => _free[_attempt.At(cluster, workload)];

    /// <summary>The same, after what this decision has taken for other workloads.</summary>
    public int FreeNow(int cluster, int workload) => _attempt.IsClosed[cluster] || !IsKnown(cluster, workload)
        ? Free(cluster, workload)
        : _trial!.Free(_book[cluster], _attempt.Workloads[workload].Pod!, _estimates[workload]!);

    /// <summary>Replicas of the application as a whole that a cluster can have, what it holds included; of one workload: free and held.</summary>
    public int Available(int cluster) => _available[cluster];

    /// <summary>Takes room for this decision only. False: there is none.</summary>
    public bool Take(int cluster, int workload, int more) =>
        more <= 0 || !IsKnown(cluster, workload) || _trial!.Take(_book[cluster], _attempt.Workloads[workload].Pod!, more);

    public void Reset() => _trial?.Reset();

    /// <summary>The first workload that has no room beside the others for what it was given in a cluster; -1: all have.</summary>
    public int FirstShort(int cluster)
    {
        var count = _attempt.Workloads.Length;
        Span<int> more = count <= 64 ? stackalloc int[count] : new int[count];
        var certain = true;
        for (var w = 0; w < count; w++)
        {
            more[w] = IsKnown(cluster, w) ? Math.Max(0, _attempt.Given[_attempt.At(cluster, w)] - _attempt.Held[_attempt.At(cluster, w)]) : 0;
            if (more[w] > Free(cluster, w))
            {
                return w;
            }

            // Places that those before it can at most take away: then no trial is needed.
            long left = more[w] == 0 ? int.MaxValue : Free(cluster, w);
            for (var other = 0; other < w && more[w] > 0; other++)
            {
                left -= (long)more[other] * (more[other] > 0 ? Displaced(other, w) : 0);
            }

            certain &= left >= more[w];
        }

        return certain ? -1 : _trial!.FirstShort(_book[cluster], _attempt.Workloads, more);
    }

    // Pods of one kind that a pod of another kind can at most displace on a node.
    private long Displaced(int by, int of)
    {
        var (one, other) = (_attempt.Workloads[by].Pod!, _attempt.Workloads[of].Pod!);
        var most = Math.Max(1, Math.Max(Ceiling(one.Amounts.CpuMilli, other.Amounts.CpuMilli), Ceiling(one.Amounts.MemoryBytes, other.Amounts.MemoryBytes)));
        foreach (var (name, amount) in other.Extended)
        {
            most = Math.Max(most, Ceiling(one.Amounts.Of(name), amount));
        }

        return most;
    }

    private static long Ceiling(long amount, long part) => part == 0 ? 0 : (amount + part - 1) / part;

    /// <summary>
    /// Replicas of a mix of workloads that fit, when each has room for so many alone: with needs n and rooms r it is sum(n) / sum(n/r), which is the room itself for one
    /// workload, and exact for several that compete for one resource. 0 when one of them has no room at all.
    /// </summary>
    public static int Mixed(ReadOnlySpan<int> needs, ReadOnlySpan<long> rooms)
    {
        var (total, load, single, kinds) = (0L, 0d, 0L, 0);
        for (var w = 0; w < needs.Length; w++)
        {
            if (needs[w] <= 0)
            {
                continue;
            }

            if (rooms[w] <= 0)
            {
                return 0;
            }

            kinds++;
            total += needs[w];
            single = rooms[w];
            load += needs[w] / (double)rooms[w];
        }

        // What rounding takes away from a whole number is given back.
        return (int)Math.Min(kinds <= 1 ? single : (long)Math.Floor(total / load + 1e-9), int.MaxValue);
    }

    private int Whole(int cluster)
    {
        var count = _attempt.Workloads.Length;
        Span<int> needs = count <= 64 ? stackalloc int[count] : new int[count];
        Span<long> rooms = count <= 64 ? stackalloc long[count] : new long[count];
        for (var w = 0; w < count; w++)
        {
            needs[w] = _attempt.Workloads[w].Replicas;
            rooms[w] = (long)_free[_attempt.At(cluster, w)] + _attempt.Held[_attempt.At(cluster, w)];
        }

        return Mixed(needs, rooms);
    }
}
