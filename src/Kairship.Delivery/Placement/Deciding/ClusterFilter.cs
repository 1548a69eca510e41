using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>Leaves the clusters that affinity and taints let in, and finds out what the application holds there.</summary>
internal static class ClusterFilter
{
    public static void Run(Attempt attempt)
    {
        ReadPrevious(attempt);
        var test = new AffinityTest(attempt.Affinity);
        for (var i = 0; i < attempt.Clusters.Length; i++)
        {
            var cluster = attempt.Clusters[i];
            if (!test.Matches(cluster))
            {
                attempt.Reasons[i] = ClusterReason.Affinity;
                continue;
            }

            var verdict = cluster.Taints.Count == 0 ? TaintVerdict.Open : Tolerations.Judge(cluster.Taints, attempt.Policy.ClusterTolerations, attempt.Request.Now);
            if (verdict == TaintVerdict.Evicting || (verdict == TaintVerdict.Closed && !attempt.WasHere[i]))
            {
                attempt.Reasons[i] = ClusterReason.Taint;
                continue;
            }

            attempt.IsClosed[i] = verdict == TaintVerdict.Closed;
            attempt.Open.Add(i);
        }
    }

    public static string NobodyIsLeft(Attempt attempt)
    {
        var tainted = attempt.Reasons.Count(r => r == ClusterReason.Taint);
        return (attempt.Clusters.Length, tainted) switch
        {
            (0, _) => "there is no cluster.",
            (1, 0) => "the affinity does not select the only cluster.",
            (var all, 0) => $"the affinity selects none of the {all} clusters.",
            (1, _) => "the only cluster has a taint that is not tolerated.",
            (var all, _) when tainted == all => $"all {all} clusters have a taint that is not tolerated.",
            (var all, _) => $"of the {all} clusters the affinity selects {tainted}, and each of them has a taint that is not tolerated.",
        };
    }

    private static void ReadPrevious(Attempt attempt)
    {
        foreach (var (name, replicas) in attempt.Request.Previous?.Replicas ?? NoReplicas)
        {
            var index = IndexOf(attempt.Clusters, name);
            if (index < 0)
            {
                continue;
            }

            attempt.WasHere[index] = true;
            for (var w = 0; w < attempt.Workloads.Length; w++)
            {
                attempt.Held[attempt.At(index, w)] = Math.Max(0, replicas.GetValueOrDefault(attempt.Workloads[w].Key));
            }
        }
    }

    private static readonly Dictionary<string, IReadOnlyDictionary<string, int>> NoReplicas = [];

    private static int IndexOf(ClusterFacts[] clusters, string name)
    {
        var (low, high) = (0, clusters.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(clusters[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}
