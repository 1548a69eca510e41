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
    public JsonObject Get(ApiCall call) => Of(call.Type, store.Get(call.Key) ?? throw ApiException.NotFound(call.Key));

    public JsonObject Replace(ApiCall call, RequestBody body)
    {
        var scale = body.Object("autoscaling", "v1");
        return Of(call.Type, change.Run(call, call.Key, old => Scaled(call, old, scale)));
    }

    public JsonObject Patch(ApiCall call, RequestBody body)
    {
        if (body.MediaType == PatchWrite.ApplyMedia)
            return Apply(call, body);
        return Of(call.Type, change.Run(call, call.Key, old => Scaled(call, old, PatchWrite.Patched(Of(call.Type, old), body, call))));
    }

    JsonObject Apply(ApiCall call, RequestBody body)
    {
        var manager = PatchWrite.Applier(call);
        var replicas = body.Object("autoscaling", "v1")["spec"]?["replicas"];
        var applied = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = JsonTree.CopyNode(replicas) } };
        return Of(call.Type, change.Run(call, call.Key, old => ServerSideApply.Apply(old, applied, call.Schema, manager, call.Flag("force"), preparation.Now)));
    }

    JsonObject Scaled(ApiCall call, JsonObject old, JsonObject scale)
    {
        Change.RequireVersion(call.Key, old, scale);
        var replicas = JsonTree.Number(scale["spec"]?["replicas"]) ?? 0;
        if (replicas < 0)
        {
            var violations = new Violations();
            violations.AtLeast("spec.replicas", replicas, 0);
            throw violations.Error(call.Type with { Group = "autoscaling", Kind = "Scale" }, call.Path.Name!);
        }
        var next = JsonTree.Copy(old);
        JsonTree.Child(next, "spec")["replicas"] = replicas;
        ServerSideApply.Track(old, next, call.Schema, call.Manager(FieldManager.Update), preparation.Now);
        return next;
    }

    static JsonObject Of(ResourceType type, JsonObject obj)
    {
        var meta = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (obj["metadata"]![name] is { } value)
                meta[name] = value.DeepClone();
        }
        var paths = type.CustomVersion?["subresources"]?["scale"];
        var scale = new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = meta,
            ["spec"] = new JsonObject { ["replicas"] = At(obj, paths?["specReplicasPath"], ".spec.replicas") ?? 0L },
            ["status"] = new JsonObject { ["replicas"] = At(obj, paths?["statusReplicasPath"], ".status.replicas") ?? 0L },
        };
        if (SelectorText(obj["spec"]?["selector"]) is { Length: > 0 } selector)
            scale["status"]!["selector"] = selector;
        return scale;
    }

    static JsonNode? At(JsonObject obj, JsonNode? path, string otherwise) =>
        JsonTree.At(obj, (JsonTree.Text(path) ?? otherwise).TrimStart('.').Split('.'))?.DeepClone();

    static string SelectorText(JsonNode? selector)
    {
        var labels = (selector as JsonObject)?["matchLabels"] as JsonObject ?? (selector?["matchExpressions"] is null ? selector as JsonObject : null);
        return string.Join(',', (labels ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key}={l.Value}")));
    }
}
