using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Reading;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>
/// DELETE of an object or of a collection. Pods are given their grace period (<see cref="GracefulDeletion"/>). Dependents are the garbage collector's; with propagation
/// Foreground the object waits for it with the finalizer <c>foregroundDeletion</c>, with Orphan the owner references are taken out first.
/// </summary>
internal sealed class Deletion(ObjectStore store, ResourceRegistry registry)
{
    public const string Foreground = "foregroundDeletion";

    public JsonObject Delete(ApiCall call, RequestBody body)
    {
        var options = body.Node as JsonObject ?? [];
        var old = store.Get(call.Key) ?? throw ApiException.NotFound(call.Key);
        Preconditions(call.Key, old, options["preconditions"] as JsonObject);
        return Remove(call, call.Key, old, options);
    }

    /// <summary>Deletes everything that a list with the same selectors answers.</summary>
    public ListPage DeleteAll(ApiCall call, RequestBody body)
    {
        var page = ListQuery.Read(call, store);
        foreach (var obj in page.Items)
        {
            var meta = obj["metadata"]!;
            var key = new ObjectKey(call.Type.Group, call.Type.Plural, JsonTree.Text(meta["namespace"]), JsonTree.Text(meta["name"])!);
            Remove(call, key, obj, body.Node as JsonObject ?? []);
        }
        return page;
    }

    JsonObject Remove(ApiCall call, ObjectKey key, JsonObject old, JsonObject options)
    {
        if (key is { Group: "", Plural: "namespaces", Name: "default" or "kube-system" or "kube-public" })
            throw ApiException.Forbidden(key, "this namespace may not be deleted");
        if (call.DryRun || options["dryRun"] is JsonArray { Count: > 0 })
            return Answers.Deleted(key, old);
        var uid = JsonTree.Text(old["metadata"]!["uid"])!;
        switch (Propagation(call, options))
        {
            case "Orphan":
                Orphan(uid);
                break;
            case "Foreground" when Dependents(uid).Any():
                store.Update(key, WaitForDependents);
                break;
        }
        // Its objects go before it does.
        if (key is { Group: "apiextensions.k8s.io" })
            store.Update(key, CustomDefinitions.HoldForCleanup);
        store.Delete(key, uid, Grace(call, options));
        var left = store.Get(key);
        return left is not null && JsonTree.Text(left["metadata"]!["uid"]) == uid ? left
            : key is { Group: "", Plural: "pods" } ? Ended(key, old)
            : Answers.Deleted(key, old);
    }

    static long? Grace(ApiCall call, JsonObject options) =>
        JsonTree.Number(options["gracePeriodSeconds"]) ?? (long.TryParse(call.Query["gracePeriodSeconds"], out var seconds) ? seconds : null);

    /// <summary>A pod that went at once, as its deletion answers it.</summary>
    JsonObject Ended(ObjectKey key, JsonObject old)
    {
        var last = JsonTree.Copy(old);
        Finalizers.MarkDeleted(key, last, store.Clock.GetUtcNow(), 0);
        return last;
    }

    static string? Propagation(ApiCall call, JsonObject options)
    {
        var policy = JsonTree.Text(options["propagationPolicy"]) ?? call.Query["propagationPolicy"].ToString();
        if (policy is not ("" or "Orphan" or "Background" or "Foreground"))
            throw new ApiException(422, "Invalid", $"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"{policy}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
        return policy.Length > 0 ? policy : options["orphanDependents"]?.GetValue<bool>() == true ? "Orphan" : null;
    }

    static void Preconditions(ObjectKey key, JsonObject old, JsonObject? asked)
    {
        foreach (var (field, name) in (ReadOnlySpan<(string, string)>)[("uid", "UID"), ("resourceVersion", "ResourceVersion")])
        {
            var (wanted, found) = (JsonTree.Text(asked?[field]), JsonTree.Text(old["metadata"]![field]));
            if (wanted is { Length: > 0 } && wanted != found)
                throw ApiException.Conflict(key, $"Precondition failed: {name} in precondition: {wanted}, {name} in object meta: {found}");
        }
    }

    static JsonObject WaitForDependents(JsonObject obj)
    {
        var meta = JsonTree.Child(obj, "metadata");
        if (meta["finalizers"] is not JsonArray finalizers)
            meta["finalizers"] = finalizers = [];
        if (!finalizers.Any(f => JsonTree.Text(f) == Foreground))
            finalizers.Add(Foreground);
        return obj;
    }

    void Orphan(string uid)
    {
        foreach (var key in Dependents(uid).ToList())
        {
            store.Update(key, obj =>
            {
                var owners = obj["metadata"]!["ownerReferences"]!.AsArray();
                foreach (var owner in owners.Where(o => JsonTree.Text(o?["uid"]) == uid).ToList())
                    owners.Remove(owner);
                if (owners.Count == 0)
                    obj["metadata"]!.AsObject().Remove("ownerReferences");
                return obj;
            });
        }
    }

    IEnumerable<ObjectKey> Dependents(string uid) =>
        from type in registry.Types.DistinctBy(t => (t.Group, t.Plural))
        from obj in store.List(type.Group, type.Plural)
        where obj["metadata"]!["ownerReferences"] is JsonArray owners && owners.Any(o => JsonTree.Text(o?["uid"]) == uid)
        select new ObjectKey(type.Group, type.Plural, JsonTree.Text(obj["metadata"]!["namespace"]), JsonTree.Text(obj["metadata"]!["name"])!);
}
