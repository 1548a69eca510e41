using System.Buffers;

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
        var buffer = ArrayPool<int>.Shared.Rent(room.Nodes * workloads.Length);
        var found = -1;
        var done = 0;
        for (; done < workloads.Length && found < 0; done++)
        {
            found = pods[done] > 0 && !room.TryTake(workloads[done].Pod!, pods[done], buffer.AsSpan(done * room.Nodes, room.Nodes)) ? done : -1;
        }

        for (var w = 0; w < done; w++)
        {
            if (pods[w] > 0 && w != found)
            {
                room.GiveBack(workloads[w].Pod!, buffer.AsSpan(w * room.Nodes, room.Nodes));
            }
        }

        ArrayPool<int>.Shared.Return(buffer);
        return found;
    }

    public void Reset() => _changed.Clear();
}
