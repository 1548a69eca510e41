using System.Collections.Concurrent;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Fleet.Resources.Pruning;

namespace Kairship.Fleet.Resources;

/// <summary>
/// Deletes what an application no longer has. An object goes only when its live label (or, where that was taken off, its set) says that it is this application's,
/// and only that very object (by uid). Namespaces and CRDs stay unless that is asked for: others' objects would go with them.
/// </summary>
public sealed class Pruner(ClusterConnections connections, TimeProvider clock)
{
    /// <summary>
    /// Members of the set that are not among <paramref name="wanted"/> and may be pruned: what a release must delete so that the application is exactly what it
    /// releases, leftovers of failed releases among it. Objects from before sets are not found here; the revision before knows them.
    /// </summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked, or the set's parent is another tool's.</exception>
    public async Task<IReadOnlyList<ObjectRef>> FindStaleAsync(
        string cluster, ApplySet set, IEnumerable<ObjectRef> wanted, CancellationToken cancellationToken = default)
    {
        var connection = await connections.GetAsync(cluster, cancellationToken);
        var kept = wanted.Select(r => r.Identity).ToHashSet(StringComparer.Ordinal);
        var members = await Members.OfSetAsync(connection, set, cancellationToken);
        return [.. members.Where(m => !kept.Contains(m.Identity) && !ApplyOrder.TakesOthersAlong(m)).Order(Comparer<ObjectRef>.Create((a, b) => ApplyOrder.Compare(b, a)))];
    }

    public Task<PruneReport> PruneAsync(string cluster, string application, IReadOnlyList<ObjectRef> references, CancellationToken cancellationToken = default) =>
        PruneAsync(cluster, application, references, new PruneOptions(), cancellationToken);

    /// <summary>
    /// Deletes dependants first (the reverse of the order of application), waits until all of a rank are gone before the next goes, and brings the set's parent in
    /// line. What holds an object at the deadline is in its message; what would come after it is left alone.
    /// </summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<PruneReport> PruneAsync(
        string cluster, string application, IReadOnlyList<ObjectRef> references, PruneOptions options, CancellationToken cancellationToken = default)
    {
        var all = references.DistinctBy(r => r.Identity).ToList();
        var results = new ConcurrentDictionary<string, PrunedObject>(StringComparer.Ordinal);
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            var deletion = new Deletion(connection, application, options, clock);
            foreach (var wave in all.GroupBy(ApplyOrder.Rank).OrderByDescending(g => g.Key))
            {
                await Members.EachAsync(
                    connection, wave, async (reference, token) => results[reference.Identity] = await deletion.DeleteAsync(reference, token), cancellationToken);
                if (results.Values.FirstOrDefault(r => r.Outcome is PruneOutcome.Failed or PruneOutcome.StillThere) is { } stuck)
                {
                    return Report(r => new PrunedObject(r, PruneOutcome.Failed, $"not deleted yet, since {stuck.Ref} has to go first", stuck.IsTransient));
                }
            }

            if (options is { Set: { } set, Keeps: { } keeps })
            {
                await ShrinkAsync(connection, set, keeps, cancellationToken);
            }
        }
        catch (ClusterException exception)
        {
            return Report(r => Deletion.FailureOf(r, exception));
        }

        return Report(r => throw new InvalidOperationException($"{r} was forgotten."));

        PruneReport Report(Func<ObjectRef, PrunedObject> missing) =>
            new(cluster, [.. all.Select(r => results.TryGetValue(r.Identity, out var result) ? result : missing(r))]);
    }

    /// <summary>
    /// Deletes all objects of the application that match <paramref name="labelSelector"/>, such as <c>kairship.io/track=canary</c>, and makes sure by reading again
    /// that none is left.
    /// </summary>
    /// <param name="ns">null: in all namespaces.</param>
    /// <param name="kinds">Those to look through; a kind that the cluster does not serve has no objects.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<PruneReport> DeleteBySelectorAsync(
        string cluster, string application, string labelSelector, string? ns, IReadOnlyList<ObjectKind> kinds, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelSelector);
        var results = new Dictionary<string, PrunedObject>(StringComparer.Ordinal);
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            var selector = $"{OwnershipLabels.Application}={application},{labelSelector}";
            const int Rounds = 3;
            for (var round = 0; round < Rounds; round++)
            {
                var left = await Members.BySelectorAsync(connection, selector, ns, kinds, cancellationToken);
                if (left.Count == 0)
                {
                    break;
                }

                var report = await PruneAsync(cluster, application, left, cancellationToken);
                foreach (var pruned in report.Objects.Where(o => o.Outcome != PruneOutcome.NotFound || !results.ContainsKey(o.Ref.Identity)))
                {
                    results[pruned.Ref.Identity] = pruned;
                }

                if (report.Objects.Any(o => o.Outcome is not (PruneOutcome.Deleted or PruneOutcome.NotFound)))
                {
                    break;
                }
            }
        }
        catch (ClusterException exception)
        {
            var asked = new ObjectRef("v1", "List", ns, labelSelector);
            results[asked.Identity] = Deletion.FailureOf(asked, exception);
        }

        return new PruneReport(cluster, [.. results.Values]);
    }

    /// <summary>
    /// Deletes an application from a cluster: all members of its set and what else is known of it, dependants first, then the set's parent. Namespaces and
    /// CRDs only where the options say so. May be repeated until it succeeds.
    /// </summary>
    /// <param name="known">Objects that its revisions name, for those from before sets.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<PruneReport> DeleteApplicationAsync(
        string cluster, ApplySet set, IReadOnlyList<ObjectRef> known, PruneOptions options, CancellationToken cancellationToken = default)
    {
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            var members = await Members.OfSetAsync(connection, set, cancellationToken);
            var report = await PruneAsync(cluster, set.Application, [.. members.Concat(known)], options with { Set = set, Keeps = null }, cancellationToken);
            if (report.Succeeded)
            {
                await DeleteParentAsync(connection, set, cancellationToken);
            }

            return report;
        }
        catch (ClusterException exception)
        {
            return new PruneReport(cluster, [Deletion.FailureOf(set.Parent, exception)]);
        }
    }

    private static async Task DeleteParentAsync(ClusterConnection connection, ApplySet set, CancellationToken cancellationToken)
    {
        if (await new ApplySetParent(connection, set).ReadAsync(cancellationToken) is not null)
        {
            await connection.Resources.DeleteAsync(set.Parent, cancellationToken: cancellationToken);
        }
    }

    /// <summary>What was kept on purpose still counts as the set's, so that it is found when somebody asks for it.</summary>
    private static async Task ShrinkAsync(ClusterConnection connection, ApplySet set, IReadOnlyList<ObjectRef> keeps, CancellationToken cancellationToken)
    {
        var parent = new ApplySetParent(connection, set);
        if (await parent.ReadAsync(cancellationToken) is not { } before)
        {
            return;
        }

        var wanted = ApplySetContent.Of(keeps);
        if (before.KindsText == wanted.KindsText && before.NamespacesText(set) == wanted.NamespacesText(set))
        {
            return;
        }

        var left = await Members.OfSetAsync(connection, set, cancellationToken);
        await parent.ShrinkAsync(wanted.With(ApplySetContent.Of(left)), new ApplyOptions(), cancellationToken);
    }
}
