using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;

namespace Kairship.Activities.Placements;

/// <summary>What is asked of a placement.</summary>
/// <param name="Before">The plan that says where the application is; null: it is nowhere.</param>
public sealed record PlacementOrder(Application Spec, IReadOnlyList<Manifest> Manifests, Plan? Before)
{
    /// <summary>A plan that was made of the same and perhaps approved: where it put the application it stays, as far as it still may.</summary>
    public Plan? Kept { get; init; }

    /// <summary>The plan that it returns to: what that gave to each cluster counts as there, instead of where it is now. null: it does not return.</summary>
    public Plan? Origin { get; init; }

    /// <summary>What counts as there.</summary>
    internal Plan? Held => Kept ?? Origin ?? Before;

    /// <summary>The room that the decision takes is kept for the application, until its release is over.</summary>
    public bool TakesRoom { get; init; }

    /// <summary>Clusters that are lost, or thought away: neither there nor holding anything.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Clusters where releases without success left something: it goes, as far as they can be asked.</summary>
    public IReadOnlyList<string> Remains { get; init; } = [];

    /// <summary>Clusters that keep what they have and get nothing new, as long as there is another place.</summary>
    public IReadOnlyList<string> Avoids { get; init; } = [];

    /// <summary>The alternative to begin with; null: the one that the application is on.</summary>
    public string? From { get; init; }

    /// <summary>"Deployment/web" to its replicas in all, instead of what the last scaling set or the manifest says.</summary>
    public IReadOnlyDictionary<string, int> Totals { get; init; } = new Dictionary<string, int>();

    /// <summary>Divide anew, without holding on to what is where.</summary>
    public bool Fresh { get; init; }

    /// <summary>Clusters that do not answer, or are not ready, drive the application out. A release does not ask for that; a failover does.</summary>
    public bool Evicts { get; init; }

    /// <summary>How many clusters that were not chosen are explained one by one.</summary>
    public int MostExplained { get; init; } = PlanPlacement.MostOthers;

    /// <summary>The order with what a release asks besides.</summary>
    public PlacementOrder With(PlacementChange? change) =>
        change is null ? this : this with { Without = change.Lost, Avoids = change.Avoids, From = change.Alternative, Totals = change.Totals, Fresh = change.Fresh };

    /// <summary>"Deployment/web" to the namespace that it goes to.</summary>
    internal IReadOnlyDictionary<string, string> Namespaces() => Manifests.GroupBy(m => WorkloadKey.Of(m.Ref)).ToDictionary(g => g.Key, g => g.First().Ref.Namespace ?? Spec.Namespace);
}

/// <summary>Where an application goes, and why.</summary>
/// <param name="Clusters">Those that it goes to, by name; none when it is unschedulable.</param>
/// <param name="Replicas">By cluster and workload.</param>
/// <param name="Leaving">Those that it was in and is not any more.</param>
/// <param name="Lost">Those that it was in and that are lost.</param>
/// <param name="Explanation">Kept with the plan.</param>
public sealed record PlacedApplication(
    IReadOnlyList<ClusterFacts> Clusters, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Replicas, IReadOnlyList<ClusterFacts> Leaving,
    IReadOnlyList<string> Lost, PlanPlacement Explanation)
{
    /// <summary>Why it is placed nowhere, cluster by cluster as far as that fits into a message; null when it is placed.</summary>
    public string? Refusal(string application)
    {
        const int Told = 10;
        if (Explanation.Unschedulable is not { } why)
        {
            return null;
        }

        var told = Explanation.Clusters.Take(Told).Select(c => c.Sentence).ToList();
        var more = Explanation.Clusters.Count + Explanation.MoreClusters - told.Count;
        return $"{application} cannot be placed: {why} {string.Join(" ", told)}{(more > 0 ? $" And {more} more clusters; 'kairship placement explain {application}' has them all." : "")}".TrimEnd();
    }
}
