using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Returning;

/// <summary>Everything in a cluster that says that it is an application's of Kairship, and that no other object controls.</summary>
/// <param name="Unread">What could not be read, as sentences: while there is any, nobody may say what the cluster has.</param>
public sealed record ReturnReading(IReadOnlyList<Manifest> Objects, IReadOnlyList<string> Unread);

/// <summary>Reads a cluster that came back, all kinds that it serves. Writes nothing.</summary>
public sealed class ReturnReader(ClusterConnections connections)
{
    private const int MostUnread = 20;

    /// <param name="expected">What applications should have there: an object that is served by two groups is read as that one.</param>
    /// <param name="kinds">Kinds that Kairship has applied there. Others that it has no right to list are passed over: it can have made none.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked what it serves.</exception>
    public async Task<ReturnReading> ReadAsync(
        string cluster, IReadOnlySet<string> expected, IEnumerable<ObjectKind> kinds, CancellationToken cancellationToken = default)
    {
        var connection = await connections.GetAsync(cluster, cancellationToken);

        // What it served before it was lost says nothing about now.
        await connection.Discovery.RefreshAsync(force: true, cancellationToken);
        var certain = kinds.Select(GroupKind.Of).ToHashSet();
        var served = (await connection.Discovery.AllAsync(cancellationToken)).Select(r => new GroupKind(r.Group, r.Kind)).Concat(certain).Distinct();
        var found = new ConcurrentBag<JsonObject>();
        var unread = new ConcurrentBag<string>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(served, parallel, async (kind, token) =>
        {
            if (await ReadAsync(connection, kind, certain.Contains(kind), found, token) is { } trouble)
            {
                unread.Add(trouble);
            }
        });
        var objects = found.Select(Manifest.From).GroupBy(m => m.Json["metadata"]?["uid"]?.ToString() ?? m.Ref.Identity)
            .Select(same => same.OrderByDescending(m => expected.Contains(m.Ref.Identity)).ThenBy(m => m.Ref.Identity, StringComparer.Ordinal).First())
            .OrderBy(m => m.Ref.Identity, StringComparer.Ordinal);
        return new ReturnReading([.. objects], [.. unread.Order(StringComparer.Ordinal).Take(MostUnread)]);
    }

    /// <summary>Metadata first: of most kinds nothing is ours, or all is controlled by something else. What could not be read, as a sentence; null: all was.</summary>
    private static async Task<string?> ReadAsync(ClusterConnection connection, GroupKind kind, bool isCertain, ConcurrentBag<JsonObject> found, CancellationToken cancellationToken)
    {
        try
        {
            if (await connection.Discovery.FindPreferredAsync(kind.Group, kind.Kind, cancellationToken) is not { } resource)
            {
                return null;
            }

            var listed = await ListAsync(connection, resource, ClusterRequest.MetadataList, cancellationToken);
            if (listed.Any(o => !IsControlled(o)))
            {
                foreach (var obj in (await ListAsync(connection, resource, ClusterRequest.Json, cancellationToken)).Where(o => !IsControlled(o)))
                {
                    found.Add(obj);
                }
            }

            return null;
        }
        catch (ClusterException e) when (!isCertain && (IsNoList(e) || kind.Group.Contains('.', StringComparison.Ordinal)))
        {
            // Of a kind that nothing of Kairship is of: its server may be down for good.
            return null;
        }
        catch (ClusterException e)
        {
            return $"{kind} could not be read: {e.Detail}";
        }
    }

    private static async Task<IReadOnlyList<JsonObject>> ListAsync(ClusterConnection connection, ServedResource resource, string accept, CancellationToken cancellationToken) =>
        (await connection.Resources.ListAsync(resource.ApiVersion, resource.Kind, null, OwnershipLabels.Application, accept, cancellationToken)).Items;

    /// <summary>Kairship has no right to it, or it is no kind that has objects (a review, a binding).</summary>
    private static bool IsNoList(ClusterException e) => e.Kind is ClusterFailure.Forbidden or ClusterFailure.NotFound || e.Status == 405;

    private static bool IsControlled(JsonObject obj) =>
        (obj["metadata"]?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>().Any(o => o["controller"] is JsonValue value && value.TryGetValue<bool>(out var controls) && controls);
}
