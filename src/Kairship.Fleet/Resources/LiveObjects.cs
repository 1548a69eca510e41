using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>What must be known of an object before it is written.</summary>
internal sealed record LiveObject(string ResourceVersion, string? Application, string? Release, long? Epoch, bool Terminating)
{
    public static LiveObject Of(JsonObject obj) => new(
        obj["metadata"]?["resourceVersion"]?.ToString() ?? "",
        OwnershipLabels.LabelOf(obj, OwnershipLabels.Application),
        OwnershipLabels.AnnotationOf(obj, OwnershipLabels.Release),
        long.TryParse(OwnershipLabels.AnnotationOf(obj, OwnershipLabels.Epoch), CultureInfo.InvariantCulture, out var epoch) ? epoch : null,
        obj["metadata"]?["deletionTimestamp"] is not null);

    /// <summary>Why the object must not be written; null: it may.</summary>
    public (string Reason, string Message)? Objection(Manifest manifest, ApplyOptions options)
    {
        if (Terminating)
        {
            return ("Terminating", "it is being deleted; apply again once it is gone");
        }

        if (Release is not null && Release == options.ReleaseId && Epoch > options.Epoch)
        {
            return ("Superseded", $"epoch {Epoch} of release {Release} has written it already, this is epoch {options.Epoch}");
        }

        var application = OwnershipLabels.LabelOf(manifest.Json, OwnershipLabels.Application);
        return options.Adopt || (Application is not null && Application == application) ? null : ("NotOurs", Application is null
            ? "it exists and was not created by Kairship; delete it, rename yours, or release with adoption"
            : $"it belongs to application {Application}; rename yours, or release with adoption");
    }
}

/// <summary>
/// Reads the metadata of the objects that are about to be written: one list for each kind and namespace rather than one request for each object, unless
/// there are few of them or the namespace holds very many.
/// </summary>
internal static class LiveObjects
{
    private const int FewEnoughToGet = 2;

    public static async Task<IReadOnlyDictionary<string, LiveObject>> ReadAsync(
        ClusterConnection connection, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, LiveObject>(StringComparer.Ordinal);
        var groups = manifests.Select(m => m.Ref).GroupBy(r => (r.ApiVersion, r.Kind, r.Namespace)).ToList();
        // The first question fills discovery; the others then only look it up.
        await connection.Discovery.AllAsync(cancellationToken);
        await Parallel.ForEachAsync(groups, InParallel(connection, cancellationToken), async (group, token) =>
        {
            var resource = await connection.Discovery.FindAsync(group.Key.ApiVersion, group.Key.Kind, token);
            if (resource is null || (resource.Namespaced && group.Key.Namespace is null))
            {
                return;
            }

            var references = group.ToList();
            if (references.Count <= FewEnoughToGet || !await ListAsync(connection, resource, references, found, token))
            {
                await Parallel.ForEachAsync(references, InParallel(connection, token), async (reference, inner) =>
                {
                    if (await connection.Resources.GetAsync(reference, ClusterRequest.Metadata, inner) is { } obj)
                    {
                        found[reference.Identity] = LiveObject.Of(obj);
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
        ClusterConnection connection, ServedResource resource, List<ObjectRef> references, ConcurrentDictionary<string, LiveObject> found, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(
            ClusterRequest.Get($"{resource.Path(references[0].Namespace)}?limit=500", ClusterRequest.MetadataList), cancellationToken);
        var page = connection.Resources.Parse(answer);
        if (!string.IsNullOrEmpty(page["metadata"]?["continue"]?.ToString()))
        {
            return false;
        }

        var byName = references.DistinctBy(r => r.Name).ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var item in (page["items"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (byName.TryGetValue(item["metadata"]?["name"]?.ToString() ?? "", out var reference))
            {
                found[reference.Identity] = LiveObject.Of(item);
            }
        }

        return true;
    }
}
