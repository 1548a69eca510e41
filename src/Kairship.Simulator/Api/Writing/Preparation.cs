using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Admission.Rules;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Api.Writing;

/// <summary>What happens to every object between the request and the store, whatever the verb.</summary>
internal sealed class Preparation(ObjectStore store)
{
    /// <summary>The time as objects carry it.</summary>
    public string Now => store.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Checks of the object against the path; the namespace and the kind are filled in.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static void Address(ApiCall call, JsonObject obj)
    {
        if (JsonTree.Text(obj["kind"]) is { Length: > 0 } kind && kind != call.Type.Kind)
            throw ApiException.BadRequest($"{kind} in version \"{call.Type.Version}\" cannot be handled as a {call.Type.Kind}: "
                + $"converting ({call.Type.Version}.{kind}) to ({Internal(call.Type)}): unknown conversion");
        var version = JsonTree.Text(obj["apiVersion"]) ?? "";
        if (version.Length > 0 && version != call.Type.ApiVersion && call.Type.CustomSchema is null && BuiltInSchemas.TypeOf(version, call.Type.Kind) is null)
            throw ApiException.BadRequest($"{call.Type.Kind} in version \"{version[(version.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" cannot be handled as a {call.Type.Kind}: "
                + $"no kind \"{call.Type.Kind}\" is registered for version \"{version}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        if (version.Length > 0 && version != call.Type.ApiVersion)
            throw ApiException.BadRequest($"the API version in the data ({version}) does not match the expected API version ({call.Type.ApiVersion})");
        obj["apiVersion"] = call.Type.ApiVersion;
        obj["kind"] = call.Type.Kind;
        var meta = JsonTree.Child(obj, "metadata");
        if (call.Path.Name is { } name && JsonTree.Text(meta["name"]) is { Length: > 0 } given && given != name)
            throw ApiException.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
        if (call.Type.Namespaced && JsonTree.Text(meta["namespace"]) is { Length: > 0 } ns && ns != call.Path.Namespace)
            throw ApiException.BadRequest(call.Path.Name is null
                ? "the namespace of the provided object does not match the namespace sent on the request"
                : $"the namespace of the object ({ns}) does not match the namespace on the request ({call.Path.Namespace})");
        if (call.Path.Name is { } fromPath)
        {
            if (call.Http.Request.Method == "PUT" && JsonTree.Text(meta["name"]) is not { Length: > 0 })
                throw ApiException.BadRequest($"the name of the object ({fromPath} based on URL) was undeterminable: name must be provided");
            meta["name"] = fromPath;
        }
        if (call.Type.Namespaced)
            meta["namespace"] = call.Path.Namespace;
        else
            meta.Remove("namespace");
    }

    static string Internal(ResourceType type) => $"{(type.Group.Length == 0 ? "core" : type.Group.Split('.')[0])}.{type.Kind}";

    /// <summary>A namespace must be there and alive for something to be created in it.</summary>
    public void RequireNamespace(ApiCall call, string name)
    {
        if (call.Path.Namespace is not { } ns)
            return;
        var key = new ObjectKey("", "namespaces", null, ns);
        var found = store.Get(key) ?? throw ApiException.NotFound(key);
        if (found["metadata"]!["deletionTimestamp"] is null)
            return;
        var error = ApiException.Forbidden(call.KeyOf(name), $"unable to create new content in namespace {ns} because it is being terminated");
        error.Details!["causes"] = new JsonArray(new JsonObject
        {
            ["reason"] = "NamespaceTerminating",
            ["message"] = $"namespace {ns} is being terminated",
            ["field"] = "metadata.namespace",
        });
        throw error;
    }

    /// <summary>Completes an object that is to be created, and checks it.</summary>
    public void ForCreate(ApiCall call, JsonObject obj)
    {
        if (call.Type.HasStatus && call.Type is not { Group: "", Plural: "nodes" })
            obj.Remove("status");
        JsonTree.Child(obj, "metadata").Remove("resourceVersion");
        RemoveNulls(call, obj);
        // Known before it is stored: defaults may refer to it.
        JsonTree.Child(obj, "metadata")["uid"] = Guid.NewGuid().ToString();
        Defaulting.Apply(call.Type, obj);
        Validation.Check(call.Type, obj, null);
        Created(call.Type, obj);
    }

    /// <summary>Completes a changed object, and checks it.</summary>
    public void ForUpdate(ApiCall call, JsonObject obj, JsonObject old)
    {
        RemoveNulls(call, obj);
        if (call.Type.HasStatus)
            Keep(obj, old, "status");
        if (call.Type is { Group: "", Plural: "services" })
            ServiceAddresses.Carry(obj, old);
        if (call.Type is { Group: "", Plural: "services" })
            ServiceAddresses.Release(obj, old);
        Defaulting.Apply(call.Type, obj);
        if (call.Type is { Group: "", Plural: "namespaces" })
            Keep(obj, old, "spec");
        if (call.Type is { Group: "apiextensions.k8s.io" })
            CustomDefinitions.Follow(obj, old);
        Validation.Check(call.Type, obj, old);
        if (call.Type is { Group: "", Plural: "services" })
            ServiceAddresses.Allocate(store, obj, call.Path.Name!);
    }

    /// <summary>Takes over one field of the old state, present or not.</summary>
    public static void Keep(JsonObject obj, JsonObject old, string field)
    {
        if (old[field] is { } value)
            obj[field] = value.DeepClone();
        else
            obj.Remove(field);
    }

    /// <summary>Nulls mean absent, but where the schema of a custom resource takes them.</summary>
    public static void RemoveNulls(ApiCall call, JsonObject obj)
    {
        if (call.Type.CustomSchema is null)
            RemoveNulls(obj);
        else
            FieldCheck.PruneNulls(obj, call.Schema);
    }

    /// <summary>Decoding of typed objects drops nulls.</summary>
    public static void RemoveNulls(JsonObject obj)
    {
        foreach (var name in obj.Where(p => p.Value is null).Select(p => p.Key).ToList())
            obj.Remove(name);
        foreach (var (_, value) in obj)
        {
            if (value is JsonObject child)
                RemoveNulls(child);
            else if (value is JsonArray items)
                foreach (var item in items.OfType<JsonObject>())
                    RemoveNulls(item);
        }
    }

    void Created(ResourceType type, JsonObject obj)
    {
        switch (type.Group, type.Plural)
        {
            case ("", "namespaces"):
                JsonTree.Child(obj, "spec")["finalizers"] = new JsonArray("kubernetes");
                obj["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case ("", "pods"):
                obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QosClass.Of(obj) };
                break;
            case ("", "services"):
                ServiceAddresses.Allocate(store, obj, JsonTree.Text(obj["metadata"]?["name"]) ?? "");
                obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
                break;
            case ("", "persistentvolumeclaims"):
                obj["status"] = new JsonObject { ["phase"] = "Pending" };
                break;
            case ("apps", "replicasets" or "statefulsets"):
                obj["status"] = new JsonObject { ["replicas"] = 0L };
                break;
            case ("apps", "daemonsets"):
                obj["status"] = new JsonObject { ["currentNumberScheduled"] = 0L, ["desiredNumberScheduled"] = 0L, ["numberMisscheduled"] = 0L, ["numberReady"] = 0L };
                break;
            case ("apps", "deployments") or ("batch", _):
                obj["status"] = new JsonObject();
                break;
            case ("apiextensions.k8s.io", _):
                obj["status"] = CustomDefinitions.Status(obj, store.List("apiextensions.k8s.io", "customresourcedefinitions"), Now);
                break;
        }
    }
}
