using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Admission;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>The scale of a workload: the object seen as autoscaling/v1 Scale.</summary>
internal sealed class ScaleEndpoint(ObjectStore store, Preparation preparation, Change change)
{
    public JsonObject Get(ApiCall call) => Of(call.Type, store.Get(call.Key) ?? throw NotFound(call));

    public JsonObject Replace(ApiCall call, RequestBody body)
    {
        var scale = body.Object("Scale");
        if (JsonTree.Text(scale["kind"]) is { Length: > 0 } kind && kind != "Scale")
            throw ApiException.BadRequest($"{kind} in version \"v1\" cannot be handled as a Scale: converting (v1.{kind}) to (autoscaling.Scale): unknown conversion");
        Address(call, scale);
        return Of(call.Type, change.Run(call, call.Key, old => Scaled(call, old, scale)));
    }

    public JsonObject Patch(ApiCall call, RequestBody body)
    {
        if (body.MediaType == PatchWrite.ApplyMedia)
            return Apply(call, body);
        return Of(call.Type, change.Run(call, call.Key, old =>
        {
            var scale = PatchWrite.Patched(Of(call.Type, old), body, call);
            Address(call, scale);
            return Scaled(call, old, scale);
        }));
    }

    JsonObject Apply(ApiCall call, RequestBody body)
    {
        var manager = PatchWrite.Applier(call);
        var replicas = body.Object("Scale")["spec"]?["replicas"];
        var applied = new JsonObject();
        Set(applied, ReplicasPath(call.Type), JsonTree.CopyNode(replicas));
        return Of(call.Type, change.Run(call, call.Key, old => ServerSideApply.Apply(old, applied, call.Schema, manager, call.Flag("force"), preparation.Now)));
    }

    JsonObject Scaled(ApiCall call, JsonObject old, JsonObject scale)
    {
        Change.RequireVersion(call.Key, old, scale);
        var replicas = JsonTree.Number(scale["spec"]?["replicas"]) ?? 0;
        if (replicas < 0)
            throw Negative(call, replicas);
        var next = JsonTree.Copy(old);
        Set(next, ReplicasPath(call.Type), replicas);
        ServerSideApply.Track(old, next, call.Schema, call.Manager(FieldManager.Update), preparation.Now);
        return next;
    }

    static ApiException Negative(ApiCall call, long replicas)
    {
        var violations = new Violations();
        if (call.Type.CustomSchema is not null)
        {
            violations.Invalid("." + string.Join('.', ReplicasPath(call.Type)), replicas, "should be a non-negative integer");
            return violations.Error(call.Type, call.Path.Name!);
        }
        violations.AtLeast("spec.replicas", replicas, 0);
        return violations.Error(call.Type with { Group = "autoscaling", Kind = "Scale" }, call.Path.Name!);
    }

    static void Address(ApiCall call, JsonObject scale)
    {
        var name = JsonTree.Text(scale["metadata"]?["name"]);
        if (name is not { Length: > 0 })
            throw ApiException.BadRequest($"the name of the object ({call.Path.Name} based on URL) was undeterminable: name must be provided");
        if (name != call.Path.Name)
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Path.Name})");
    }

    static ApiException NotFound(ApiCall call) =>
        ApiException.NotFound(call.Type.CustomSchema is null ? call.Key with { Plural = call.Key.Plural + "/scale" } : call.Key);

    static JsonObject Of(ResourceType type, JsonObject obj)
    {
        var meta = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (obj["metadata"]![name] is { } value)
                meta[name] = value.DeepClone();
        }
        var paths = type.CustomVersion?["subresources"]?["scale"];
        var spec = new JsonObject();
        // Zero is left out.
        if (JsonTree.Number(JsonTree.At(obj, ReplicasPath(type))) is { } replicas and not 0)
            spec["replicas"] = replicas;
        var status = new JsonObject { ["replicas"] = JsonTree.Number(JsonTree.At(obj, Steps(paths?["statusReplicasPath"], ".status.replicas"))) ?? 0L };
        if (Selector(type, obj, paths) is { Length: > 0 } selector)
            status["selector"] = selector;
        return new JsonObject { ["kind"] = "Scale", ["apiVersion"] = "autoscaling/v1", ["metadata"] = meta, ["spec"] = spec, ["status"] = status };
    }

    static string? Selector(ResourceType type, JsonObject obj, JsonNode? paths) =>
        type.CustomSchema is null ? SelectorText(obj["spec"]?["selector"])
        : paths?["labelSelectorPath"] is { } path ? JsonTree.Text(JsonTree.At(obj, Steps(path, "")))
        : null;

    static string[] ReplicasPath(ResourceType type) => Steps(type.CustomVersion?["subresources"]?["scale"]?["specReplicasPath"], ".spec.replicas");

    static string[] Steps(JsonNode? path, string otherwise) => (JsonTree.Text(path) ?? otherwise).TrimStart('.').Split('.');

    static void Set(JsonObject obj, string[] path, JsonNode? value)
    {
        foreach (var name in path[..^1])
            obj = JsonTree.Child(obj, name);
        obj[path[^1]] = value;
    }

    static string SelectorText(JsonNode? selector)
    {
        var labels = (selector as JsonObject)?["matchLabels"] as JsonObject ?? (selector?["matchExpressions"] is null ? selector as JsonObject : null);
        return string.Join(',', (labels ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key}={l.Value}")));
    }
}
