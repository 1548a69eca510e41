using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>Whether what was given fits where it was given, all workloads together. A decision that does not fit is none.</summary>
internal static class RoomCheck
{
    private const int MostNamed = 5;

    /// <summary>False, and the attempt has failed with the clusters and the numbers.</summary>
    public static bool Fits(Attempt attempt, List<int> clusters, RoomTable rooms)
    {
        rooms.Reset();
        List<string> shorts = [];
        var tight = 0;
        foreach (var i in clusters)
        {
            if (rooms.FirstShort(i) is not (>= 0 and var w))
            {
                continue;
            }

            tight++;
            attempt.Reasons[i] = ClusterReason.Capacity;
            if (tight <= MostNamed)
            {
                shorts.Add($"{attempt.Clusters[i].Name} has room for {Left(attempt, i, w, rooms)} of {More(attempt, i, w)} more {attempt.Workloads[w].Key}");
            }
        }

        if (tight == 0)
        {
            return true;
        }

        attempt.Fail($"{string.Join(", ", shorts)}{(tight > MostNamed ? $", and {tight - MostNamed} more clusters have too little" : "")}.");
        return false;
    }

    private static int More(Attempt attempt, int cluster, int workload) => attempt.Given[attempt.At(cluster, workload)] - attempt.Held[attempt.At(cluster, workload)];

    private static int Left(Attempt attempt, int cluster, int workload, RoomTable rooms)
    {
        for (var before = 0; before < workload; before++)
        {
            rooms.Take(cluster, before, More(attempt, cluster, before));
        }

        return rooms.FreeNow(cluster, workload);
    }
}
