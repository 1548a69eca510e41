using Kairship.Activities.Scaling;
using Kairship.Api.Applications;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Server.Problems;

namespace Kairship.Server.Applications;

/// <summary>How much of an application goes.</summary>
internal sealed record RemovalOrder(bool KeepObjects = false, bool Namespaces = false, bool Definitions = false);

/// <summary>
/// Removes applications: first what they have in the clusters, then what is known of them here. Nobody else has the application meanwhile; what was not
/// finished is gone on with by the same call. Its revisions and releases stay as history.
/// </summary>
internal sealed class ApplicationRemoval(IDeliveryStore delivery, Pruner pruner, ScalingDesk scaling, TimeProvider time)
{
    private const int ClustersAtOnce = 16;

    public async Task<Answer<RemovalInfo>> RemoveAsync(string name, RemovalOrder order, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(name, cancellationToken) is not { } application)
        {
            return ApplicationService.Unknown(name);
        }

        if (await delivery.BeginRemovalAsync(name, time.GetUtcNow(), cancellationToken) is { } held)
        {
            return Refusal.Conflict($"{name} is held by {held.Holder} since {held.Since:u}: wait until that is over, or abort it.");
        }

        var removed = false;
        try
        {
            var clusters = order.KeepObjects ? [] : await DeleteObjectsAsync(application, order, cancellationToken);
            removed = clusters.All(c => c.Problems.Count == 0);
            return new RemovalInfo(name, removed, clusters);
        }
        finally
        {
            await delivery.EndRemovalAsync(name, removed, CancellationToken.None);
            if (removed)
            {
                await scaling.ForgetAsync(name, CancellationToken.None);
            }
        }
    }

    private async Task<IReadOnlyList<ClusterRemovalInfo>> DeleteObjectsAsync(Application application, RemovalOrder order, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(application.Name, cancellationToken);
        var results = new ClusterRemovalInfo[known.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, known.Count, parallel, async (index, token) => results[index] = await DeleteAsync(application, known[index].Cluster, known[index].Sets, order, token));
        return results;
    }

    private async Task<ClusterRemovalInfo> DeleteAsync(
        Application application, string cluster, IReadOnlyDictionary<string, IReadOnlyList<ObjectRef>> sets, RemovalOrder order, CancellationToken cancellationToken)
    {
        var objects = new List<PrunedObject>();
        try
        {
            // One set for each namespace that the application has ever had.
            foreach (var (ns, references) in sets)
            {
                var options = new PruneOptions { Namespaces = order.Namespaces, Definitions = order.Definitions };
                objects.AddRange((await pruner.DeleteApplicationAsync(cluster, new ApplySet(application.Name, ns), references, options, cancellationToken)).Objects);
            }
        }
        catch (UnknownClusterException)
        {
            return new ClusterRemovalInfo(cluster, [], ["the cluster was removed before: what is in it stays"], []);
        }

        return new ClusterRemovalInfo(
            cluster,
            [.. objects.Where(o => o.Outcome == PruneOutcome.Deleted).Select(o => o.Ref.ToString())],
            [.. objects.Where(o => o.Outcome == PruneOutcome.Kept).Select(Tell)],
            [.. objects.Where(o => o.Outcome is PruneOutcome.Failed or PruneOutcome.StillThere).Select(Tell)]);
    }

    private static string Tell(PrunedObject pruned) => $"{pruned.Ref}: {pruned.Message}";

    /// <summary>Every cluster that a release has touched, with the namespaces that the application had then and the objects that its plans name there.</summary>
    private async Task<IReadOnlyList<(string Cluster, IReadOnlyDictionary<string, IReadOnlyList<ObjectRef>> Sets)>> KnownAsync(string application, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, SortedDictionary<string, List<ObjectRef>>>(StringComparer.Ordinal);
        await foreach (var release in delivery.NewestFirstAsync(application, cancellationToken))
        {
            var plan = await delivery.GetPlanAsync(release.Id, cancellationToken);
            foreach (var state in (await delivery.ListReleaseClustersAsync(release.Id, cancellationToken)).Where(c => c.Phase != ClusterPhase.Waiting))
            {
                var objects = plan?.Clusters.FirstOrDefault(c => c.Cluster == state.Cluster)?.Objects ?? [];
                Add(found, state.Cluster, release.Spec.Namespace, objects.Where(o => o.Action != PlannedAction.Delete).Select(o => o.Ref));
            }
        }

        return [.. found.Select(f => (f.Key, (IReadOnlyDictionary<string, IReadOnlyList<ObjectRef>>)f.Value.ToDictionary(s => s.Key, s => (IReadOnlyList<ObjectRef>)[.. s.Value.DistinctBy(r => r.Identity)])))];
    }

    private static void Add(SortedDictionary<string, SortedDictionary<string, List<ObjectRef>>> found, string cluster, string ns, IEnumerable<ObjectRef> references)
    {
        if (!found.TryGetValue(cluster, out var sets))
        {
            found[cluster] = sets = new SortedDictionary<string, List<ObjectRef>>(StringComparer.Ordinal);
        }

        if (!sets.TryGetValue(ns, out var all))
        {
            sets[ns] = all = [];
        }

        all.AddRange(references);
    }
}
