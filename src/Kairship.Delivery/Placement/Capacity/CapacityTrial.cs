namespace Kairship.Delivery.Placement.Capacity;

/// <summary>What a decision takes while it is made: the book itself is not changed.</summary>
internal sealed class CapacityTrial(CapacityBook book)
{
    private readonly Dictionary<int, ClusterRoom> _changed = [];

    public int Free(int cluster, PodRequest request, CapacityBook.Estimates estimates) =>
        _changed.TryGetValue(cluster, out var room) ? room.Free(request) : book.Free(cluster, estimates);

    public bool Take(int cluster, PodRequest request, int pods)
    {
        if (pods <= 0)
        {
            return true;
        }

        if (!_changed.TryGetValue(cluster, out var room))
        {
            room = book.Room(cluster).Clone();
            _changed.Add(cluster, room);
        }

        return room.Take(request, pods) is not null;
    }

    /// <summary>The first workload whose pods have no room after those before it; -1: all fit. Nothing stays taken.</summary>
    public int FirstShort(int cluster, WorkloadNeed[] workloads, ReadOnlySpan<int> pods)
    {
        var room = book.Room(cluster);
        var taken = new int[]?[workloads.Length];
        var found = -1;
        for (var w = 0; w < workloads.Length && found < 0; w++)
        {
            if (pods[w] > 0)
            {
                taken[w] = room.Take(workloads[w].Pod!, pods[w]);
                found = taken[w] is null ? w : -1;
            }
        }

        for (var w = 0; w < workloads.Length; w++)
        {
            if (taken[w] is { } places)
            {
                room.GiveBack(workloads[w].Pod!, places);
            }
        }

        return found;
    }

    public void Reset() => _changed.Clear();
}
