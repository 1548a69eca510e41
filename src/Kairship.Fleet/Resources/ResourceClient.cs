using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>What becomes of the objects that a deleted one owns.</summary>
public enum DeletePropagation
{
    /// <summary>They are deleted after it.</summary>
    Background,

    /// <summary>They are deleted before it.</summary>
    Foreground,

    /// <summary>They stay.</summary>
    Orphan,
}

/// <summary>Objects of a list and the resource version that a watch may start from.</summary>
public sealed record ObjectList(IReadOnlyList<JsonObject> Items, string ResourceVersion);

/// <summary>What server-side apply answered.</summary>
public sealed record AppliedObject(JsonObject Object, bool Created);

/// <summary>Objects of one cluster as raw JSON. All failures are <see cref="ClusterException"/>; a kind that is not served is <see cref="UnknownKindException"/>.</summary>
public sealed class ResourceClient
{
    private const int PageSize = 500;
    private const string ApplyPatch = "application/apply-patch+yaml";
    private const string MergePatch = "application/merge-patch+json";
    private readonly ClusterConnection _connection;

    internal ResourceClient(ClusterConnection connection) => _connection = connection;

    /// <summary>null: there is none.</summary>
    public Task<JsonObject?> GetAsync(ObjectRef reference, CancellationToken cancellationToken = default) =>
        GetAsync(reference, ClusterRequest.Json, cancellationToken);

    /// <summary>All pages; <paramref name="ns"/> null: of all namespaces.</summary>
    public Task<ObjectList> ListAsync(string apiVersion, string kind, string? ns = null, string? labelSelector = null, CancellationToken cancellationToken = default) =>
        ListAsync(apiVersion, kind, ns, labelSelector, ClusterRequest.Json, cancellationToken);

    /// <summary>Server-side apply. Conflicts come with the manager and the field; unknown fields are refused by clusters that can tell (1.25 and newer).</summary>
    public async Task<AppliedObject> ApplyAsync(Manifest manifest, ApplyOptions options, CancellationToken cancellationToken = default)
    {
        var answer = await ApplyRawAsync(manifest, options, null, cancellationToken);
        return new AppliedObject(Parse(answer), answer.Status == 201);
    }

    /// <summary>False: there was none, or its uid is not <paramref name="uid"/>. True says that deletion began, not that it is over.</summary>
    public Task<bool> DeleteAsync(
        ObjectRef reference, DeletePropagation propagation = DeletePropagation.Background, string? uid = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(reference, propagation, uid, null, cancellationToken);

    /// <summary>The same, and only of the very version that was read: false, too, when somebody has written it since.</summary>
    internal async Task<bool> DeleteAsync(ObjectRef reference, DeletePropagation propagation, string? uid, string? resourceVersion, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = propagation.ToString() };
        if (uid is not null)
        {
            var preconditions = new JsonObject { ["uid"] = uid };
            if (resourceVersion is not null)
            {
                preconditions["resourceVersion"] = resourceVersion;
            }

            body["preconditions"] = preconditions;
        }

        var path = await PathAsync(reference, cancellationToken);
        var answer = await _connection.TrySendAsync(
            new ClusterRequest(HttpMethod.Delete, path, JsonSerializer.SerializeToUtf8Bytes(body), ClusterRequest.Json), cancellationToken);
        return answer.Status switch
        {
            404 => false,
            409 when uid is not null => false,
            _ => answer.IsSuccess ? true : throw FailureTranslation.FromAnswer(_connection.Cluster, answer),
        };
    }

    /// <summary>Sets the replicas through the scale subresource; returns the Scale.</summary>
    public Task<JsonObject> ScaleAsync(ObjectRef reference, int replicas, CancellationToken cancellationToken = default) =>
        PatchAsync(reference, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, "/scale", cancellationToken);

    /// <summary>JSON merge patch; returns the object. Put metadata.resourceVersion or uid into it to make it conditional.</summary>
    public Task<JsonObject> PatchAsync(ObjectRef reference, JsonObject mergePatch, CancellationToken cancellationToken = default) =>
        PatchAsync(reference, mergePatch, "", cancellationToken);

    internal async Task<JsonObject?> GetAsync(ObjectRef reference, string accept, CancellationToken cancellationToken)
    {
        var path = await PathAsync(reference, cancellationToken);
        var answer = await _connection.TrySendAsync(ClusterRequest.Get(path, accept), cancellationToken);
        return answer.Status == 404 ? null
            : answer.IsSuccess ? Parse(answer)
            : throw FailureTranslation.FromAnswer(_connection.Cluster, answer);
    }

    internal async Task<ObjectList> ListAsync(
        string apiVersion, string kind, string? ns, string? labelSelector, string accept, CancellationToken cancellationToken)
    {
        var resource = await _connection.Discovery.ResolveAsync(apiVersion, kind, cancellationToken);
        var selector = labelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(labelSelector)}";
        var items = new List<JsonObject>();
        string? next = null;
        for (var restarts = 0; ;)
        {
            var path = $"{resource.Path(ns)}?limit={PageSize}{selector}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}";
            var answer = await _connection.TrySendAsync(ClusterRequest.Get(path, accept), cancellationToken);
            if (answer.Status == 410 && next is not null && restarts++ < 3)
            {
                // The list is older than the cluster's memory: read it anew.
                next = null;
                items.Clear();
                continue;
            }

            var page = answer.IsSuccess ? Parse(answer) : throw FailureTranslation.FromAnswer(_connection.Cluster, answer);
            items.AddRange(TakeItems(page, resource));
            next = page["metadata"]?["continue"]?.ToString();
            if (string.IsNullOrEmpty(next))
            {
                return new ObjectList(items, page["metadata"]?["resourceVersion"]?.ToString() ?? "");
            }
        }
    }

    /// <summary>Writes the manifest in the version that the cluster serves of its kind, where that says the same.</summary>
    internal async Task<ClusterAnswer> ApplyRawAsync(
        Manifest manifest, ApplyOptions options, JsonObject? live, CancellationToken cancellationToken, string? resourceVersion = null)
    {
        manifest = await _connection.Discovery.FitAsync(manifest, cancellationToken);
        var path = await PathAsync(manifest.Ref, cancellationToken);
        var query = $"?fieldManager={Uri.EscapeDataString(options.FieldManager)}&force={(options.Force ? "true" : "false")}&fieldValidation=Strict{(options.DryRun ? "&dryRun=All" : "")}";
        return await _connection.SendAsync(
            new ClusterRequest(HttpMethod.Patch, path + query, ApplyBody.Build(manifest, options, live, resourceVersion), ApplyPatch), cancellationToken);
    }

    internal JsonObject Parse(ClusterAnswer answer) =>
        answer.TryJson() ?? throw new ClusterException(ClusterFailure.ServerError, _connection.Cluster, "its answer is not a JSON object");

    private async Task<JsonObject> PatchAsync(ObjectRef reference, JsonObject patch, string subresource, CancellationToken cancellationToken)
    {
        var path = await PathAsync(reference, cancellationToken);
        return Parse(await _connection.SendAsync(
            new ClusterRequest(HttpMethod.Patch, $"{path}{subresource}?fieldManager=kairship", JsonSerializer.SerializeToUtf8Bytes(patch), MergePatch), cancellationToken));
    }

    private async ValueTask<string> PathAsync(ObjectRef reference, CancellationToken cancellationToken)
    {
        var resource = await _connection.Discovery.ResolveAsync(reference.ApiVersion, reference.Kind, cancellationToken);
        if (resource.Namespaced && string.IsNullOrEmpty(reference.Namespace))
        {
            throw new ClusterException(ClusterFailure.Invalid, _connection.Cluster, $"{reference} has no namespace, and a {reference.Kind} lives in one");
        }

        // "." and ".." would be folded away by the URI and name another resource.
        if (reference.Name is "" or "." or ".." || reference.Namespace is "." or "..")
        {
            throw new ClusterException(ClusterFailure.Invalid, _connection.Cluster, $"\"{reference}\" is no name of an object");
        }

        return resource.Path(resource.Namespaced ? reference.Namespace : null, reference.Name);
    }

    /// <summary>Items of a list carry neither apiVersion nor kind: they are put back, so that an item is an object like any other.</summary>
    internal static List<JsonObject> TakeItems(JsonObject page, ServedResource resource)
    {
        var items = new List<JsonObject>();
        if (page["items"] is JsonArray array)
        {
            foreach (var item in array.OfType<JsonObject>().ToList())
            {
                array.Remove(item);
                item["apiVersion"] = resource.ApiVersion;
                item["kind"] = resource.Kind;
                items.Add(item);
            }
        }

        return items;
    }
}
