using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kairship.Simulator.Admission;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>POST to a collection.</summary>
internal sealed class Creation(ObjectStore store, Preparation preparation)
{
    // With the five letters behind it a generated name is a label still.
    const int LongestPrefix = 58;

    public JsonObject Create(ApiCall call, RequestBody body)
    {
        if (call.Type.IsTerminating)
            throw new ApiException(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating", []);
        var obj = body.Object(call.Type.Kind);
        CustomDefinitions.RequireKind(call, obj);
        Preparation.Address(call, obj);
        CustomDefinitions.Warn(call, obj);
        var meta = obj["metadata"]!.AsObject();
        if (JsonTree.Text(meta["name"]) is null or "" && JsonTree.Text(meta["generateName"]) is { Length: > 0 } prefix)
            meta["name"] = prefix[..Math.Min(prefix.Length, LongestPrefix)] + RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
        if (meta["resourceVersion"] is { } version && JsonTree.Text(version) is not ("" or "0"))
            throw ApiException.Unclassified("resourceVersion should not be set on objects to be created");
        foreach (var field in (ReadOnlySpan<string>)["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"])
            meta.Remove(field);
        FieldValidation.Apply(call, obj, body.Duplicates);
        var name = JsonTree.Text(meta["name"]) ?? "";
        preparation.RequireNamespace(call, name);
        preparation.ForCreate(call, obj);
        ServerSideApply.Track(null, obj, call.Schema, call.Manager(FieldManager.Update), preparation.Now);
        return Store(call, call.KeyOf(name), obj);
    }

    /// <summary>Keeps a completed object, or answers as if it were kept.</summary>
    public JsonObject Store(ApiCall call, ObjectKey key, JsonObject obj)
    {
        if (!call.DryRun)
            return call.Served(store.Create(key, call.Stored(obj), JsonTree.Text(obj["metadata"]?["uid"])));
        if (store.Get(key) is { } existing)
            throw existing["metadata"]!["deletionTimestamp"] is null ? ApiException.AlreadyExists(key) : ApiException.StillDeleting(key);
        obj["metadata"]!["creationTimestamp"] = preparation.Now;
        if (Generations.Counted(key, obj))
            obj["metadata"]!["generation"] = 1L;
        return obj;
    }
}
