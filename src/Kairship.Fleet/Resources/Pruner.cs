using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

public enum PruneOutcome
{
    /// <summary>Deleted, and gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    NotFound,

    /// <summary>Left alone: not this application's, or of a kind that is never pruned.</summary>
    Kept,

    /// <summary>Deletion began and was not over at the deadline.</summary>
    StillThere,
    Failed,
}

public sealed record PrunedObject(ObjectRef Ref, PruneOutcome Outcome, string Message = "", bool IsTransient = false);

/// <summary>What became of each object.</summary>
public sealed record PruneReport(string Cluster, IReadOnlyList<PrunedObject> Objects)
{
    /// <summary>Nothing is left that should have gone.</summary>
    public bool Succeeded => Objects.All(o => o.Outcome is not (PruneOutcome.Failed or PruneOutcome.StillThere));

    public IReadOnlyList<PrunedObject> Failures => [.. Objects.Where(o => o.Outcome is PruneOutcome.Failed or PruneOutcome.StillThere)];
}

/// <summary>A kind to look through.</summary>
public sealed record ObjectKind(string ApiVersion, string Kind);

/// <summary>
/// Deletes what an application no longer has. An object goes only when its live label says that it is this application's, and only that very object (by uid).
/// Namespaces and CRDs always stay: others' objects would go with them.
/// </summary>
public sealed class Pruner(ClusterConnections connections, TimeProvider clock)
{
    /// <summary>Deletes dependants first (the reverse of the order of application) and waits until all are gone.</summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<PruneReport> PruneAsync(
        string cluster, string application, IReadOnlyList<ObjectRef> references, CancellationToken cancellationToken = default)
    {
        var connection = await TryConnectAsync(cluster, cancellationToken);
        if (connection.Failure is { } failure)
        {
            return new PruneReport(cluster, [.. references.Select(r => FailureOf(r, failure))]);
        }

        var results = new ConcurrentDictionary<string, PrunedObject>(StringComparer.Ordinal);
        foreach (var wave in references.DistinctBy(r => r.Identity).GroupBy(ApplyWaves.Rank).OrderByDescending(g => g.Key))
        {
            await EachAsync(connection.Connection!, wave, async (reference, token) =>
                results[reference.Identity] = await DeleteAsync(connection.Connection!, reference, application, token), cancellationToken);
        }

        return new PruneReport(cluster, [.. references.DistinctBy(r => r.Identity).Select(r => results[r.Identity])]);
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
                var left = await FindAsync(connection, selector, ns, kinds, cancellationToken);
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
            results[asked.Identity] = FailureOf(asked, exception);
        }

        return new PruneReport(cluster, [.. results.Values]);
    }

    private static async Task<IReadOnlyList<ObjectRef>> FindAsync(
        ClusterConnection connection, string selector, string? ns, IReadOnlyList<ObjectKind> kinds, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<ObjectRef>();
        await EachAsync(connection, kinds.Distinct(), async (kind, token) =>
        {
            if (await connection.Discovery.FindAsync(kind.ApiVersion, kind.Kind, token) is not { } resource)
            {
                return;
            }

            var list = await connection.Resources.ListAsync(kind.ApiVersion, kind.Kind, resource.Namespaced ? ns : null, selector, ClusterRequest.MetadataList, token);
            foreach (var item in list.Items)
            {
                found.Add(new ObjectRef(kind.ApiVersion, kind.Kind, item["metadata"]?["namespace"]?.ToString(), item["metadata"]!["name"]!.ToString()));
            }
        }, cancellationToken);
        return [.. found.OrderBy(r => r.Identity, StringComparer.Ordinal)];
    }

    private async Task<PrunedObject> DeleteAsync(ClusterConnection connection, ObjectRef reference, string application, CancellationToken cancellationToken)
    {
        if (ApplyWaves.IsNamespace(reference) || ApplyWaves.IsDefinition(reference))
        {
            return new PrunedObject(reference, PruneOutcome.Kept, $"a {reference.Kind} is never pruned: what others put into it would go with it");
        }

        try
        {
            var live = await ReadAsync(connection, reference, cancellationToken);
            if (live is null)
            {
                return new PrunedObject(reference, PruneOutcome.NotFound);
            }

            if (OwnershipLabels.LabelOf(live, OwnershipLabels.Application) is var owner && owner != application)
            {
                return new PrunedObject(reference, PruneOutcome.Kept, owner is null ? "Kairship did not create it" : $"it belongs to application {owner}");
            }

            var uid = UidOf(live);
            await connection.Resources.DeleteAsync(reference, DeletePropagation.Background, uid, cancellationToken);
            var gone = await Settling.UntilAsync(
                clock, connection.Options.SettleTimeout, async () => UidOf(await ReadAsync(connection, reference, cancellationToken)) != uid, cancellationToken);
            return gone
                ? new PrunedObject(reference, PruneOutcome.Deleted)
                : new PrunedObject(reference, PruneOutcome.StillThere, $"deleted, but not gone within {connection.Options.SettleTimeout.TotalSeconds:0} s: a finalizer holds it", IsTransient: true);
        }
        catch (UnknownKindException)
        {
            return new PrunedObject(reference, PruneOutcome.NotFound);
        }
        catch (ClusterException exception)
        {
            return FailureOf(reference, exception);
        }
    }

    private static Task<JsonObject?> ReadAsync(ClusterConnection connection, ObjectRef reference, CancellationToken cancellationToken) =>
        connection.Resources.GetAsync(reference, ClusterRequest.Metadata, cancellationToken);

    private static string? UidOf(JsonObject? obj) => obj?["metadata"]?["uid"]?.ToString();

    private static PrunedObject FailureOf(ObjectRef reference, ClusterException exception) =>
        new(reference, PruneOutcome.Failed, exception.Detail, exception.IsTransient);

    private static Task EachAsync<T>(ClusterConnection connection, IEnumerable<T> items, Func<T, CancellationToken, Task> each, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken },
            async (item, token) => await each(item, token));

    private async Task<(ClusterConnection? Connection, ClusterException? Failure)> TryConnectAsync(string cluster, CancellationToken cancellationToken)
    {
        try
        {
            return (await connections.GetAsync(cluster, cancellationToken), null);
        }
        catch (ClusterException exception)
        {
            return (null, exception);
        }
    }
}
