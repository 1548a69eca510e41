using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>Divided by the weights that the policy names: all anew each time.</summary>
internal static class StaticDivision
{
    public static void Run(Attempt attempt)
    {
        var weights = Weights(attempt);
        var chosen = new List<int>();
        foreach (var i in attempt.Open)
        {
            if (weights[i] > 0)
            {
                chosen.Add(i);
            }
            else
            {
                attempt.Reasons[i] = ClusterReason.Weight;
            }
        }

        attempt.StaticWeights = weights;
        for (var w = 0; w < attempt.Workloads.Length; w++)
        {
            if (!Divide(attempt, w, chosen, weights))
            {
                attempt.Fail($"{attempt.Workloads[w].Key}: every cluster with a weight is closed to new replicas by a taint, and they hold fewer than {attempt.Workloads[w].Replicas}.");
                return;
            }
        }

        if (RoomCheck.Fits(attempt, chosen, attempt.Rooms!))
        {
            attempt.Place(chosen);
        }
    }

    private static long[] Weights(Attempt attempt)
    {
        var weights = new long[attempt.Clusters.Length];
        var any = false;
        var rules = attempt.Policy.StaticWeights.Select(rule => (Test: new AffinityTest(rule.TargetCluster), rule.Weight)).ToArray();
        foreach (var i in attempt.Open)
        {
            foreach (var (test, weight) in rules)
            {
                weights[i] = weight > weights[i] && test.Matches(attempt.Clusters[i]) ? weight : weights[i];
            }

            any |= weights[i] > 0;
        }

        // As in Karmada: when no rule gives anybody a weight, everybody has 1.
        foreach (var i in attempt.Open)
        {
            weights[i] = any ? weights[i] : 1;
        }

        return weights;
    }

    // A closed cluster never gets more than it holds; what it would have got goes to the others.
    private static bool Divide(Attempt attempt, int workload, List<int> chosen, long[] weights)
    {
        var (left, total) = (chosen, attempt.Workloads[workload].Replicas);
        while (true)
        {
            var given = Webster.Divide(total, left.ConvertAll(i => weights[i]).ToArray(), [], attempt.TiesDescend);
            var full = new List<int>();
            for (var at = 0; at < left.Count; at++)
            {
                var cell = attempt.At(left[at], workload);
                attempt.Given[cell] = given[at];
                if (attempt.IsClosed[left[at]] && given[at] > attempt.Held[cell])
                {
                    attempt.Given[cell] = attempt.Held[cell];
                    total -= attempt.Held[cell];
                    full.Add(left[at]);
                }
            }

            if (full.Count == 0)
            {
                attempt.Share(workload, DivisionMethod.StaticWeights, 0, chosen, chosen.ConvertAll(i => weights[i]).ToArray());
                return left.Count > 0 || total == 0;
            }

            left = left.Where(i => !full.Contains(i)).ToList();
        }
    }
}
