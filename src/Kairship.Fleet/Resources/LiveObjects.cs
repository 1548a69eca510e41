using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>
/// Reads the objects that are about to be written: one list for each kind and namespace rather than one request for each object, unless there are few of
/// them or the namespace holds very many.
/// </summary>
internal static class LiveObjects
{
    private const int FewEnoughToGet = 2;

    /// <summary>By identity; what does not exist, or is of a kind that is not served, is absent.</summary>
    /// <param name="whole">False: only their metadata.</param>
    public static async Task<IReadOnlyDictionary<string, JsonObject>> ReadAsync(
        ClusterConnection connection, IEnumerable<ObjectRef> references, bool whole, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, JsonObject>(StringComparer.Ordinal);
        var groups = references.GroupBy(r => (r.ApiVersion, r.Kind, r.Namespace)).ToList();
        // The first question fills discovery; the others then only look it up.
        await connection.Discovery.AllAsync(cancellationToken);
        await Parallel.ForEachAsync(groups, InParallel(connection, cancellationToken), async (group, token) =>
        {
            var resource = await connection.Discovery.FindAnyVersionAsync(group.Key.ApiVersion, group.Key.Kind, token);
            if (resource is null || (resource.Namespaced && group.Key.Namespace is null))
            {
                return;
            }

            var wanted = group.ToList();
            if (wanted.Count <= FewEnoughToGet || !await ListAsync(connection, resource, wanted, whole, found, token))
            {
                await Parallel.ForEachAsync(wanted, InParallel(connection, token), async (reference, inner) =>
                {
                    if (await connection.Resources.GetAsync(reference, whole ? ClusterRequest.Json : ClusterRequest.Metadata, inner) is { } obj)
                    {
                        found[reference.Identity] = obj;
                    }
                });
            }
        });
        return found;
    }

    private static ParallelOptions InParallel(ClusterConnection connection, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };

    /// <summary>False: the list has more than one page, so that asking for each object is cheaper.</summary>
    private static async Task<bool> ListAsync(
        ClusterConnection connection, ServedResource resource, List<ObjectRef> wanted, bool whole, ConcurrentDictionary<string, JsonObject> found, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(
            ClusterRequest.Get($"{resource.Path(wanted[0].Namespace)}?limit=500", whole ? ClusterRequest.Json : ClusterRequest.MetadataList), cancellationToken);
        var page = connection.Resources.Parse(answer);
        if (!string.IsNullOrEmpty(page["metadata"]?["continue"]?.ToString()))
        {
            return false;
        }

        var byName = wanted.DistinctBy(r => r.Name).ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var item in ResourceClient.TakeItems(page, resource))
        {
            if (byName.TryGetValue(item["metadata"]?["name"]?.ToString() ?? "", out var reference))
            {
                found[reference.Identity] = item;
            }
        }

        return true;
    }
}
