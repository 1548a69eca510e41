using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>Changing one object: read, compute outside the lock, write only if nobody wrote in between, else again.</summary>
internal sealed class Change(ObjectStore store)
{
    const int Attempts = 100;

    /// <param name="compute">From the object as it is to the object as it should be; must not change its argument. May run several times.</param>
    public JsonObject Run(ApiCall call, ObjectKey key, Func<JsonObject, JsonObject> compute, bool status = false)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var old = store.Get(key) ?? throw ApiException.NotFound(key);
            var next = call.Stored(compute(call.Served(old)));
            if (call.DryRun)
                return call.Served(Pretend(key, old, next, status));
            var lost = false;
            var stored = store.Update(
                key,
                current =>
                {
                    lost = Version(current) != Version(old);
                    return lost ? null : JsonTree.Copy(next);
                },
                status);
            if (stored is null && !lost)
                return call.Served(Gone(next));
            if (!lost)
                return call.Served(stored!);
        }
        throw ApiException.Modified(key);
    }

    /// <summary>Refuses a change that was computed from another state than the current one.</summary>
    /// <param name="patched">An uid that differs is left to the validation, as it is part of the object and no precondition.</param>
    public static void RequireVersion(ObjectKey key, JsonObject old, JsonObject next, bool patched = false)
    {
        if (JsonTree.Text(next["metadata"]?["resourceVersion"]) is { Length: > 0 } given && given != "0" && given != Version(old))
            throw ApiException.Modified(key);
        if (!patched && JsonTree.Text(next["metadata"]?["uid"]) is { Length: > 0 } uid && uid != JsonTree.Text(old["metadata"]!["uid"]))
            throw ApiException.Conflict(key, $"StorageError: invalid object, Code: 4, Key: {StorageKey(key)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {JsonTree.Text(old["metadata"]!["uid"])}");
    }

    static string StorageKey(ObjectKey key) => $"/registry/{key.Plural}/{(key.Namespace is null ? "" : key.Namespace + "/")}{key.Name}";

    static JsonObject Pretend(ObjectKey key, JsonObject old, JsonObject next, bool status)
    {
        var pretended = JsonTree.Copy(next);
        Generations.Restore(old, pretended);
        if (!status && Generations.Counted(key, pretended) && !Generations.SameIntent(key, old, pretended))
            Generations.Raise(pretended);
        return pretended;
    }

    // The update took the last finalizer away; the answer still shows the object.
    static JsonObject Gone(JsonObject last) => last;

    static string? Version(JsonObject obj) => JsonTree.Text(obj["metadata"]!["resourceVersion"]);
}
