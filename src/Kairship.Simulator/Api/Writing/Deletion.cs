using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Reading;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>
/// DELETE of an object or of a collection. Pods are given their grace period (<see cref="GracefulDeletion"/>). Dependents are the garbage collector's: with propagation
/// Foreground or Orphan the object waits for it with a finalizer.
/// </summary>
internal sealed class Deletion(ObjectStore store)
{
    const string Foreground = "foregroundDeletion";
    const string Orphan = "orphan";

    /// <returns>The object while something still holds it; otherwise the Status of its deletion.</returns>
    public (JsonObject Answer, bool IsObject) Delete(ApiCall call, RequestBody body)
    {
        var options = RequestOptions.Delete(call, body);
        var old = store.Get(call.Key) ?? throw ApiException.NotFound(call.Key);
        Preconditions(call, old, options["preconditions"] as JsonObject);
        return Remove(call.Key, old, options) is { } left ? (call.Served(left), true) : (Answers.Deleted(call.Key, old), false);
    }

    /// <summary>Deletes everything that a list with the same selectors answers.</summary>
    public ListPage DeleteAll(ApiCall call, RequestBody body)
    {
        var options = RequestOptions.Delete(call, body);
        var page = ListQuery.Read(call, store);
        foreach (var obj in page.Items)
        {
            var meta = obj["metadata"]!;
            var key = new ObjectKey(call.Type.StoredGroup, call.Type.Plural, JsonTree.Text(meta["namespace"]), JsonTree.Text(meta["name"])!);
            Remove(key, obj, options);
        }
        return page;
    }

    JsonObject? Remove(ObjectKey key, JsonObject old, JsonObject options)
    {
        if (key is { Group: "", Plural: "namespaces", Name: "default" or "kube-system" or "kube-public" })
            throw ApiException.Forbidden(key, "this namespace may not be deleted");
        var (finalizer, grace) = (Finalizer(options), JsonTree.Number(options["gracePeriodSeconds"]));
        if (options["dryRun"] is JsonArray { Count: > 0 })
            return Pretend(key, old, finalizer, grace);
        // Its objects go before it does.
        if (key is { Group: "apiextensions.k8s.io" })
            store.Update(key, CustomDefinitions.HoldForCleanup);
        store.Delete(key, JsonTree.Text(old["metadata"]!["uid"])!, grace, finalizer, out var left);
        return left ?? (key is { Group: "", Plural: "pods" } ? Ended(key, old) : null);
    }

    // A pod that went at once, as its deletion answers it.
    JsonObject Ended(ObjectKey key, JsonObject old)
    {
        var last = JsonTree.Copy(old);
        Finalizers.MarkDeleted(key, last, store.Clock.GetUtcNow(), 0);
        return last;
    }

    JsonObject? Pretend(ObjectKey key, JsonObject old, string? finalizer, long? graceSeconds)
    {
        if (old["metadata"]!["deletionTimestamp"] is not null)
            return old;
        var pretended = JsonTree.Copy(old);
        if (finalizer is not null)
            Finalizers.Add(pretended, finalizer);
        var grace = GracefulDeletion.Seconds(key, old, graceSeconds);
        if (grace == 0 && !Finalizers.Any(key, pretended))
            return key is { Group: "", Plural: "pods" } ? Ended(key, old) : null;
        Finalizers.MarkDeleted(key, pretended, store.Clock.GetUtcNow(), grace);
        return pretended;
    }

    static string? Finalizer(JsonObject options) => JsonTree.Text(options["propagationPolicy"]) switch
    {
        "Orphan" => Orphan,
        "Foreground" => Foreground,
        null when options["orphanDependents"] is JsonValue orphan && orphan.TryGetValue<bool>(out var yes) && yes => Orphan,
        _ => null,
    };

    // A real API server names the kind here, not the resource.
    static void Preconditions(ApiCall call, JsonObject old, JsonObject? asked)
    {
        var key = call.Key with { Plural = call.Type.Kind };
        var meta = old["metadata"]!;
        if (JsonTree.Text(asked?["uid"]) is { Length: > 0 } uid && uid != JsonTree.Text(meta["uid"]))
            throw ApiException.Conflict(key, $"the UID in the precondition ({uid}) does not match the UID in record ({JsonTree.Text(meta["uid"])}). "
                + "The object might have been deleted and then recreated");
        if (JsonTree.Text(asked?["resourceVersion"]) is { Length: > 0 } version && version != JsonTree.Text(meta["resourceVersion"]))
            throw ApiException.Conflict(key, $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({JsonTree.Text(meta["resourceVersion"])}). "
                + "The object might have been modified");
    }
}
