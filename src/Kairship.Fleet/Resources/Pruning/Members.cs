using System.Collections.Concurrent;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources.Pruning;

/// <summary>Finds objects by their labels.</summary>
internal static class Members
{
    /// <summary>All members of a set, where its parent says that they may be; none when there is no parent.</summary>
    /// <exception cref="ClusterException">The cluster cannot be asked, or the parent is not ours.</exception>
    public static async Task<IReadOnlyList<ObjectRef>> OfSetAsync(ClusterConnection connection, ApplySet set, CancellationToken cancellationToken)
    {
        if (await new ApplySetParent(connection, set).ReadAsync(cancellationToken) is not { } content)
        {
            return [];
        }

        var found = new ConcurrentBag<ObjectRef>();
        await EachAsync(connection, content.Kinds, async (kind, token) =>
        {
            if (await connection.Discovery.FindPreferredAsync(kind.Group, kind.Kind, token) is not { } resource)
            {
                return;
            }

            foreach (var ns in resource.Namespaced ? content.Namespaces : (IEnumerable<string?>)[null])
            {
                await ListAsync(connection, resource, ns, $"{ApplySet.PartOf}={set.Id}", found, token);
            }
        }, cancellationToken);
        return Sorted(found);
    }

    /// <param name="ns">null: in all namespaces.</param>
    public static async Task<IReadOnlyList<ObjectRef>> BySelectorAsync(
        ClusterConnection connection, string selector, string? ns, IEnumerable<ObjectKind> kinds, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<ObjectRef>();
        await EachAsync(connection, kinds.Distinct(), async (kind, token) =>
        {
            if (await connection.Discovery.FindAnyVersionAsync(kind.ApiVersion, kind.Kind, token) is { } resource)
            {
                await ListAsync(connection, resource, resource.Namespaced ? ns : null, selector, found, token);
            }
        }, cancellationToken);
        return Sorted(found);
    }

    public static Task EachAsync<T>(ClusterConnection connection, IEnumerable<T> items, Func<T, CancellationToken, Task> each, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken },
            async (item, token) => await each(item, token));

    private static async Task ListAsync(
        ClusterConnection connection, ServedResource resource, string? ns, string selector, ConcurrentBag<ObjectRef> found, CancellationToken cancellationToken)
    {
        var list = await connection.Resources.ListAsync(resource.ApiVersion, resource.Kind, ns, selector, ClusterRequest.MetadataList, cancellationToken);
        foreach (var item in list.Items)
        {
            found.Add(new ObjectRef(resource.ApiVersion, resource.Kind, item["metadata"]?["namespace"]?.ToString(), item["metadata"]!["name"]!.ToString()));
        }
    }

    private static IReadOnlyList<ObjectRef> Sorted(IEnumerable<ObjectRef> found) => [.. found.OrderBy(r => r.Identity, StringComparer.Ordinal)];
}
