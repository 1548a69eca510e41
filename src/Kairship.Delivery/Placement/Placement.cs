using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement.Deciding;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement;

/// <summary>Decides which clusters an application goes to and how many replicas of each workload go where. The rules are in this folder's README.</summary>
#pragma warning disable MA0049 // The concept is called Placement, and so is its folder; other rooms read Placement.Decide.
public static class Placement
#pragma warning restore MA0049
{
    /// <summary>A first placement that knows nothing of room or time.</summary>
    /// <exception cref="ManifestException">A workload's spec.replicas is not a whole number.</exception>
    public static PlacementDecision Decide(Application application, IReadOnlyList<ClusterFacts> clusters, IReadOnlyList<Manifest> manifests) =>
        Decide(new PlacementRequest(application.Placement, clusters, WorkloadNeed.Of(manifests, withPods: false)));

    /// <summary>The same request gives the same decision, whatever the order of its lists. The book of capacity is asked, never changed.</summary>
    public static PlacementDecision Decide(PlacementRequest request)
    {
        var clusters = Sorted(request.Clusters);
        var workloads = request.Workloads.OrderByDescending(w => w.Pod?.Amounts.CpuMilli ?? 0).ThenByDescending(w => w.Pod?.Amounts.MemoryBytes ?? 0)
            .ThenBy(w => w.Key, StringComparer.Ordinal).ToArray();
        var affinities = Alternatives(request.Policy);
        var start = affinities.FindIndex(a => a.Name == request.From);
        var explained = new List<AlternativeExplanation>(affinities.Count);
        Attempt? last = null;
        for (var i = 0; i < affinities.Count; i++)
        {
            var name = affinities[i].Name;
            if (last is { IsPlaced: true } || i < start)
            {
                var why = i < start
                    ? $"the application is on the alternative {request.From}; those before it are tried again when somebody moves it back."
                    : "one before it was used.";
                explained.Add(new AlternativeExplanation(name, false, why, static () => []));
                continue;
            }

            var attempt = new Attempt(request, clusters, workloads, affinities[i].Affinity);
            attempt.Run();
            last = attempt;
            explained.Add(new AlternativeExplanation(name, true, attempt.Failure, new ClusterWriter(attempt).Write));
        }

        return last!.ToDecision(explained, affinities.Count > 1);
    }

    private static List<(string? Name, ClusterAffinity Affinity)> Alternatives(PlacementPolicy policy) => policy.ClusterAffinities.Count > 0
        ? policy.ClusterAffinities.Select(a => ((string?)a.Name, a.Affinity)).ToList()
        : [(null, policy.ClusterAffinity)];

    private static ClusterFacts[] Sorted(IReadOnlyList<ClusterFacts> clusters)
    {
        var sorted = clusters as ClusterFacts[] ?? clusters.ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            if (string.CompareOrdinal(sorted[i - 1].Name, sorted[i].Name) > 0)
            {
                sorted = clusters.ToArray();
                Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
                break;
            }
        }

        return sorted;
    }
}
