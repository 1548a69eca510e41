using System.Text.Json.Nodes;
using Kairship.Simulator.Admission;
using Kairship.Simulator.Admission.Rules;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>PUT of an object or of its status.</summary>
internal sealed class Replacement(Preparation preparation, Change change)
{
    public JsonObject Replace(ApiCall call, RequestBody body)
    {
        var obj = body.Object(call.Type.Kind);
        if (JsonTree.Text(obj["metadata"]?["name"]) is not { Length: > 0 })
            throw ApiException.BadRequest($"the name of the object ({call.Path.Name} based on URL) was undeterminable: name must be provided");
        Preparation.Address(call, obj);
        FieldValidation.Apply(call, obj, body.Duplicates);
        var isStatus = call.Path.Subresource == "status";
        return change.Run(call, call.Key, old => Next(call, JsonTree.Copy(obj), old, isStatus), isStatus);
    }

    /// <summary>The state after an ordinary write: what the endpoint may not touch is as it was, and ownership is recorded.</summary>
    public JsonObject Next(ApiCall call, JsonObject obj, JsonObject old, bool isStatus)
    {
        if (call.Type.CustomSchema is not null && JsonTree.Text(obj["metadata"]?["resourceVersion"]) is not { Length: > 0 })
        {
            var violations = new Violations();
            violations.InvalidAs("metadata.resourceVersion", "0x0", "must be specified for an update");
            throw violations.Error(call.Type with { Kind = call.Type.Plural }, call.Path.Name!);
        }
        Change.RequireVersion(call.Key, old, obj, patched: call.Http.Request.Method == "PATCH");
        if (isStatus)
        {
            var status = obj["status"];
            var managed = obj["metadata"]?["managedFields"];
            obj = JsonTree.Copy(old);
            obj.Remove("status");
            if (status is not null)
                obj["status"] = status.DeepClone();
            if (managed is not null)
                obj["metadata"]!["managedFields"] = managed.DeepClone();
            Preparation.RemoveNulls(call, obj);
            Validation.CheckStatus(call.Type, obj);
        }
        else
        {
            preparation.ForUpdate(call, obj, old);
        }
        Generations.Restore(old, obj);
        ServerSideApply.Track(old, obj, call.Schema, call.Manager(FieldManager.Update), preparation.Now);
        return obj;
    }
}
