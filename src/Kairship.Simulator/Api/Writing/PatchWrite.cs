using System.Text.Json.Nodes;
using Kairship.Simulator.Admission;
using Kairship.Simulator.Admission.Rules;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Patching;

namespace Kairship.Simulator.Api.Writing;

/// <summary>PATCH of an object or of its status, by each of the four patch types.</summary>
internal sealed class PatchWrite(ObjectStore store, Preparation preparation, Creation creation, Change change, Replacement replacement)
{
    public const string ApplyMedia = "application/apply-patch+yaml";
    const string JsonMedia = "application/json-patch+json";
    const string MergeMedia = "application/merge-patch+json";
    const string StrategicMedia = "application/strategic-merge-patch+json";

    /// <returns>The object, and whether the patch created it.</returns>
    public (JsonObject Object, bool Created) Patch(ApiCall call, RequestBody body)
    {
        if (body.MediaType == ApplyMedia)
            return Apply(call, body);
        var isStatus = call.Path.Subresource == "status";
        var patched = change.Run(
            call,
            call.Key,
            old =>
            {
                var next = Patched(old, body, call);
                SameObject(call, old, next);
                Preparation.Address(call, next);
                FieldValidation.Apply(call, next, body.Duplicates, patch: true);
                return replacement.Next(call, next, old, isStatus);
            },
            isStatus);
        return (patched, false);
    }

    /// <summary>The target with an ordinary patch applied to it.</summary>
    /// <exception cref="ApiException">415 for a patch type that the kind does not take.</exception>
    public static JsonObject Patched(JsonObject target, RequestBody body, ApiCall call) => body.MediaType switch
    {
        JsonMedia => JsonPatch.Apply(target, body.Node),
        MergeMedia => JsonMergePatch.Apply(target, body.Node as JsonObject ?? throw PatchResult.Invalid(body.Node ?? JsonValue.Create("null")!, "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value")),
        StrategicMedia when call.Type.CustomSchema is null => StrategicMergePatch.Apply(target, body.Node as JsonObject ?? throw ApiException.BadRequest("json: cannot unmarshal array into Go value of type map[string]interface {}"), call.Schema),
        _ when call.Type.CustomSchema is null => throw new ApiException(415, "UnsupportedMediaType", "415: Unsupported Media Type", []),
        _ => throw new ApiException(
            415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {JsonMedia}, {MergeMedia}, {ApplyMedia}"),
    };

    static void SameObject(ApiCall call, JsonObject old, JsonObject next)
    {
        if (JsonTree.Text(next["kind"]) is { } kind && kind != call.Type.Kind)
            throw PatchResult.Invalid(next, $"converting ({call.Type.Version}.{kind}) to ({call.Type.Version}.{call.Type.Kind}): unknown conversion");
        if (JsonTree.Text(next["apiVersion"]) is { } version && version != call.Type.ApiVersion)
            throw PatchResult.Invalid(next, $"no kind \"{call.Type.Kind}\" is registered for version \"{version}\"");
        if (JsonTree.Text(next["metadata"]?["uid"]) is { } uid && uid != JsonTree.Text(old["metadata"]!["uid"]))
        {
            var violations = new Violations();
            violations.Invalid("metadata.uid", uid, "field is immutable");
            throw violations.Error(call.Type, call.Path.Name!);
        }
    }

    /// <summary>The manager of an apply; <see cref="RequestOptions"/> has seen to it that one is named.</summary>
    public static FieldManager Applier(ApiCall call) => call.Manager(FieldManager.Apply);

    (JsonObject, bool) Apply(ApiCall call, RequestBody body)
    {
        var manager = Applier(call);
        var applied = Configuration(call, body);
        var schema = call.Schema;
        while (true)
        {
            if (store.Get(call.Key) is not null)
            {
                var isStatus = call.Path.Subresource == "status";
                return (change.Run(call, call.Key, old => Merged(call, old, applied, manager, isStatus), isStatus), false);
            }
            if (call.Path.Subresource is not null)
                throw ApiException.NotFound(call.Key);
            if (applied["metadata"]!["uid"] is not null || applied["metadata"]!["resourceVersion"] is not null)
                throw ApiException.NotFound(call.Key);
            preparation.RequireNamespace(call, call.Path.Name!);
            var obj = ServerSideApply.Apply([], applied, schema, manager, call.Flag("force"), preparation.Now);
            preparation.ForCreate(call, obj);
            try
            {
                return (creation.Store(call, call.Key, obj), true);
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists")
            {
                // Somebody created it meanwhile: it is an update then.
            }
        }
    }

    JsonObject Merged(ApiCall call, JsonObject old, JsonObject applied, FieldManager manager, bool isStatus)
    {
        Change.RequireVersion(call.Key, old, applied);
        var next = ServerSideApply.Apply(old, applied, call.Schema, manager, call.Flag("force"), preparation.Now);
        if (ReferenceEquals(next, old))
            return next;
        if (isStatus)
        {
            Validation.CheckStatus(call.Type, next);
            return next;
        }
        preparation.ForUpdate(call, next, old);
        return next;
    }

    static JsonObject Configuration(ApiCall call, RequestBody body)
    {
        var applied = body.Node as JsonObject ?? throw ApiException.BadRequest("error decoding YAML: the configuration is no object");
        var version = JsonTree.Text(applied["apiVersion"]) ?? "";
        if (version != call.Type.ApiVersion || JsonTree.Text(applied["kind"]) is not { } kind)
            throw ApiException.BadRequest($"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {call.Type.ApiVersion}");
        if (kind != call.Type.Kind)
            throw ApiException.BadRequest($"{kind} in version \"{call.Type.Version}\" cannot be handled as a {call.Type.Kind}");
        if (applied["metadata"]?["managedFields"] is JsonArray)
            throw ApiException.BadRequest("metadata.managedFields must be nil");
        Preparation.RemoveNulls(applied);
        Preparation.Address(call, applied);
        var ns = call.Path.Namespace is { } n ? n + "/" : "/";
        TypedErrors.Check(applied, call.Schema, $"{ns}{call.Path.Name}; {call.Type.ApiVersion}, Kind={call.Type.Kind}");
        Scope(call, applied);
        return applied;
    }

    // The status is written only through its own endpoint, and nothing else is there.
    static void Scope(ApiCall call, JsonObject applied)
    {
        if (call.Path.Subresource != "status")
        {
            if (call.Type.HasStatus)
                applied.Remove("status");
            return;
        }
        foreach (var name in applied.Select(p => p.Key).Where(k => k is not ("apiVersion" or "kind" or "metadata" or "status")).ToList())
            applied.Remove(name);
        if (applied["metadata"] is JsonObject meta)
        {
            foreach (var name in meta.Select(p => p.Key).Where(k => k is not ("name" or "namespace" or "uid" or "resourceVersion")).ToList())
                meta.Remove(name);
        }
    }
}
