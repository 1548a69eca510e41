using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>Every chosen cluster gets all replicas. Without spread constraints every open cluster is chosen, and one without room is refused aloud.</summary>
internal static class Duplication
{
    public static void Run(Attempt attempt)
    {
        var chosen = attempt.Open;
        Give(attempt, chosen);
        if (attempt.Policy.SpreadConstraints.Count > 0)
        {
            var fitting = new List<int>();
            foreach (var i in chosen)
            {
                if (attempt.Rooms!.FirstShort(i) < 0)
                {
                    fitting.Add(i);
                }
                else
                {
                    attempt.Reasons[i] = ClusterReason.Capacity;
                }
            }

            if (new SpreadSelector(attempt).Select(fitting, 0) is not { } selected)
            {
                return;
            }

            chosen = selected;
        }

        for (var w = 0; w < attempt.Workloads.Length; w++)
        {
            attempt.Share(w, DivisionMethod.Duplicated, 0, chosen, null);
        }

        if (RoomCheck.Fits(attempt, chosen, attempt.Rooms!))
        {
            attempt.Place(chosen);
        }
    }

    private static void Give(Attempt attempt, List<int> clusters)
    {
        foreach (var i in clusters)
        {
            for (var w = 0; w < attempt.Workloads.Length; w++)
            {
                var wanted = attempt.Workloads[w].Replicas;
                attempt.Given[attempt.At(i, w)] = attempt.IsClosed[i] ? Math.Min(wanted, attempt.Held[attempt.At(i, w)]) : wanted;
            }
        }
    }
}
