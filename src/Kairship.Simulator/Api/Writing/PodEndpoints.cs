using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>The pods' binding, and the finalizers of a namespace.</summary>
internal sealed class PodEndpoints(Change change)
{
    /// <summary>POST binding: puts the pod on a node.</summary>
    public JsonObject Bind(ApiCall call, RequestBody body)
    {
        var node = JsonTree.Text(body.Object("Binding")["target"]?["name"]) ?? throw ApiException.BadRequest("a binding names its node in target.name");
        change.Run(call, call.Key, old =>
        {
            if (JsonTree.Text(old["spec"]?["nodeName"]) is { Length: > 0 } taken)
                throw ApiException.Conflict(call.Key, $"pod {call.Path.Name} is already assigned to node \"{taken}\"");
            var next = JsonTree.Copy(old);
            JsonTree.Child(next, "spec")["nodeName"] = node;
            return next;
        });
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };
    }

    /// <summary>PUT finalize: what still holds a namespace.</summary>
    public JsonObject Finalize(ApiCall call, RequestBody body)
    {
        var finalizers = body.Object("Namespace")["spec"]?["finalizers"] as JsonArray;
        return change.Run(call, call.Key, old =>
        {
            var next = JsonTree.Copy(old);
            JsonTree.Child(next, "spec").Remove("finalizers");
            if (finalizers is { Count: > 0 })
                next["spec"]!["finalizers"] = JsonTree.CopyNode(finalizers);
            return next;
        });
    }
}
