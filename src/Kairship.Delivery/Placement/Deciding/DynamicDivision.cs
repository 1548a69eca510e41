using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>
/// Divided by the room that clusters have, with least movement: what is more than before goes by free room and merges, what is less is divided by what was there, what is equal
/// stays. Aggregated does the same on the fewest clusters that are enough. Workloads one after the other, the largest first, each seeing what those before it took.
/// </summary>
internal sealed class DynamicDivision(Attempt attempt)
{
    private readonly RoomTable _rooms = attempt.Rooms!;
    private string _short = "";

    public void Run()
    {
        var selected = attempt.Open;
        if (attempt.Policy.SpreadConstraints.Count > 0)
        {
            if (new SpreadSelector(attempt).Select(selected, attempt.Total) is not { } spread)
            {
                return;
            }

            selected = spread;
        }

        if (!(attempt.Policy.IsAggregated ? DivideOnFew(selected) : Divide(selected, null)))
        {
            attempt.Fail(_short, ClusterReason.Capacity);
            return;
        }

        if (new SpreadKeeper(attempt).Keep(selected) && RoomCheck.Fits(attempt, selected, _rooms))
        {
            attempt.Place(WithReplicas(selected));
        }
    }

    // An application without replicas stays where it is, or is everywhere: its other objects are needed there.
    private List<int> WithReplicas(List<int> selected)
    {
        if (attempt.Total > 0)
        {
            return selected.FindAll(i => attempt.Given.AsSpan(attempt.At(i, 0), attempt.Workloads.Length).ContainsAnyExcept(0));
        }

        var before = selected.FindAll(i => attempt.WasHere[i]);
        return before.Count > 0 && attempt.Workloads.Length > 0 ? before : selected;
    }

    private bool DivideOnFew(List<int> selected)
    {
        var (needs, whole) = Needs(selected);
        if (whole == 0)
        {
            return Divide(selected, null);
        }

        var rooms = new int[attempt.Clusters.Length];
        var each = new long[needs.Length];
        foreach (var i in selected)
        {
            ReadRooms(i, each);
            rooms[i] = RoomTable.Mixed(needs, each);
        }

        // Used ones first, then available replicas descending, then by name.
        var order = new List<int>(selected);
        order.Sort((a, b) =>
        {
            var byUse = attempt.Score(b).CompareTo(attempt.Score(a));
            var byRoom = byUse != 0 ? byUse : rooms[b].CompareTo(rooms[a]);
            return byRoom != 0 ? byRoom : a.CompareTo(b);
        });
        attempt.Rank(order);
        var count = Prefix(order, i => rooms[i], whole);
        while (!Divide(selected, order[..count].ToHashSet()))
        {
            // Several workloads may not fit side by side where their sum would: a few clusters more.
            if (count == order.Count)
            {
                return false;
            }

            count = Math.Min(order.Count, count + Math.Max(1, count / 4));
        }

        return true;
    }

    private static int Prefix(List<int> order, Func<int, long> room, long needed)
    {
        var (count, sum) = (0, 0L);
        while (count < order.Count && sum < needed)
        {
            sum += room(order[count++]);
        }

        return count;
    }

    private (int[] Needs, long Whole) Needs(List<int> selected)
    {
        var needs = new int[attempt.Workloads.Length];
        for (var w = 0; w < needs.Length; w++)
        {
            var held = attempt.Request.Fresh ? 0 : Held(selected, w);
            needs[w] = (int)Math.Max(0, attempt.Workloads[w].Replicas - held);
        }

        return (needs, needs.Sum(n => (long)n));
    }

    private void ReadRooms(int cluster, long[] rooms)
    {
        for (var w = 0; w < rooms.Length; w++)
        {
            rooms[w] = _rooms.Free(cluster, w) + (attempt.Request.Fresh ? attempt.Held[attempt.At(cluster, w)] : 0L);
        }
    }

    private long Held(List<int> selected, int workload)
    {
        var sum = 0L;
        foreach (var i in selected)
        {
            sum += attempt.Held[attempt.At(i, workload)];
        }

        return sum;
    }

    private bool Divide(List<int> selected, HashSet<int>? few)
    {
        _rooms.Reset();
        for (var w = 0; w < attempt.Workloads.Length; w++)
        {
            var (wanted, held) = (attempt.Workloads[w].Replicas, Held(selected, w));
            var done = attempt.Request.Fresh ? Weigh(selected, few, w, DivisionMethod.Fresh, wanted, held)
                : wanted > held ? Weigh(selected, few, w, DivisionMethod.ScaleUp, wanted - (int)held, held)
                : wanted < held ? Shrink(selected, w, wanted, held)
                : Stay(selected, w, held);
            if (!done)
            {
                return false;
            }
        }

        return true;
    }

    private bool Weigh(List<int> selected, HashSet<int>? few, int workload, DivisionMethod method, int total, long before)
    {
        var weights = new long[selected.Count];
        var sum = 0L;
        for (var at = 0; at < weights.Length; at++)
        {
            var i = selected[at];
            var own = method == DivisionMethod.Fresh ? attempt.Held[attempt.At(i, workload)] : 0;
            weights[at] = few is null || few.Contains(i) ? (long)_rooms.FreeNow(i, workload) + own : 0;
            sum += weights[at];
        }

        if (sum < total)
        {
            _short = Short(selected, workload, weights, total, sum);
            return false;
        }

        var given = total == 0 ? new int[weights.Length] : Webster.Divide(total, weights, [], attempt.TiesDescend);
        for (var at = 0; at < given.Length; at++)
        {
            var cell = attempt.At(selected[at], workload);
            attempt.Given[cell] = given[at] + (method == DivisionMethod.Fresh ? 0 : attempt.Held[cell]);
            if (workload < attempt.Workloads.Length - 1 && !_rooms.Take(selected[at], workload, attempt.Given[cell] - attempt.Held[cell]))
            {
                _short = Short(selected, workload, weights, total, sum);
                return false;
            }
        }

        attempt.Share(workload, method, before, selected, weights);
        return true;
    }

    private bool Shrink(List<int> selected, int workload, int total, long before)
    {
        var weights = selected.ConvertAll(i => (long)attempt.Held[attempt.At(i, workload)]).ToArray();
        if (attempt.Policy.IsAggregated)
        {
            var order = Enumerable.Range(0, weights.Length).OrderByDescending(at => weights[at]).ToList();
            foreach (var at in order[Prefix(order, at => weights[at], total)..])
            {
                weights[at] = 0;
            }
        }

        var given = total == 0 ? new int[weights.Length] : Webster.Divide(total, weights, [], attempt.TiesDescend);
        for (var at = 0; at < given.Length; at++)
        {
            attempt.Given[attempt.At(selected[at], workload)] = given[at];
        }

        attempt.Share(workload, DivisionMethod.ScaleDown, before, selected, weights);
        return true;
    }

    private bool Stay(List<int> selected, int workload, long before)
    {
        foreach (var i in selected)
        {
            attempt.Given[attempt.At(i, workload)] = attempt.Held[attempt.At(i, workload)];
        }

        attempt.Share(workload, DivisionMethod.Unchanged, before, selected, null);
        return true;
    }

    private string Short(List<int> selected, int workload, long[] weights, int total, long sum)
    {
        const int MostNamed = 5;
        var named = Enumerable.Range(0, weights.Length).OrderByDescending(at => weights[at]).Take(MostNamed).Select(at => $"{attempt.Clusters[selected[at]].Name} {weights[at]}");
        return $"{attempt.Workloads[workload].Key} needs room for {total}{(attempt.Request.Fresh ? "" : " more")} replicas, and {(selected.Count == 1 ? "the only cluster that can be chosen has" : $"the {selected.Count} clusters that can be chosen have")} room for {sum} "
            + $"({string.Join(", ", named)}{(weights.Length > MostNamed ? ", …" : "")}).";
    }
}
