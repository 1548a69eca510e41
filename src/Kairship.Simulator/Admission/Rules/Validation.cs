using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Refuses what a real API server refuses of the obvious: one 422 with all causes.</summary>
internal static class Validation
{
    /// <param name="old">The state before; null when it is created.</param>
    /// <exception cref="ApiException">422 Invalid.</exception>
    public static void Check(ResourceType type, JsonObject obj, JsonObject? old)
    {
        var violations = new Violations();
        Names.Object(type, obj, violations);
        switch (type.Group, type.Plural)
        {
            case ("", "pods"):
                PodRules.Spec(obj["spec"] as JsonObject, "spec", violations);
                PodUpdate(obj, old, violations);
                break;
            case ("", "services"):
                NetworkRules.Service(obj, old, violations);
                break;
            case ("", "configmaps"):
                ConfigMap(obj, old, violations);
                break;
            case ("", "secrets"):
                Secret(obj, old, violations);
                break;
            case ("apps" or "batch", _):
                WorkloadRules.Check(type, obj, old, violations);
                break;
            case ("networking.k8s.io", "ingresses"):
                NetworkRules.Ingress(obj, violations);
                break;
            case ("autoscaling", _):
                Autoscaler(obj["spec"] as JsonObject, violations);
                break;
            case ("policy", _):
                if (obj["spec"]?["minAvailable"] is not null && obj["spec"]?["maxUnavailable"] is not null)
                    violations.Invalid("spec", obj["spec"]!.DeepClone(), "minAvailable and maxUnavailable cannot be both set");
                break;
            case ("rbac.authorization.k8s.io", "rolebindings" or "clusterrolebindings"):
                if (old?["roleRef"] is { } role && !JsonNode.DeepEquals(role, obj["roleRef"]))
                    violations.Invalid("roleRef", obj["roleRef"]?.DeepClone(), "cannot change roleRef");
                break;
            case ("apiextensions.k8s.io", _):
                Definition(obj, violations);
                break;
            default:
                if (type.CustomSchema is { } schema)
                    CustomRules.Check(obj, CustomSchemas.Of(schema), violations);
                break;
        }
        if (violations.Any)
            throw violations.Error(type, JsonTree.Text(obj["metadata"]?["name"]) ?? "");
    }

    static void PodUpdate(JsonObject pod, JsonObject? old, Violations violations)
    {
        if (old?["spec"] is not JsonObject before || pod["spec"] is not JsonObject after)
            return;
        var (was, now) = (Fixed(before), Fixed(after));
        if (!JsonNode.DeepEquals(was, now))
        {
            violations.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }

        static JsonObject Fixed(JsonObject spec)
        {
            var copy = JsonTree.Copy(spec);
            foreach (var name in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"])
                copy.Remove(name);
            foreach (var container in (copy["containers"] as JsonArray ?? []).Concat(copy["initContainers"] as JsonArray ?? []).OfType<JsonObject>())
                container.Remove("image");
            return copy;
        }
    }

    static void ConfigMap(JsonObject map, JsonObject? old, Violations violations)
    {
        var size = 0L;
        foreach (var list in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            foreach (var (key, value) in map[list] as JsonObject ?? [])
            {
                if (!Names.IsConfigKey(key))
                    violations.Invalid($"{list}[{key}]", key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
                size += JsonTree.Text(value)?.Length ?? 0;
            }
        }
        if (size > 1024 * 1024)
            violations.TooLong("", "may not be more than 1048576 bytes");
        FixedData(map, old, violations);
    }

    static void Secret(JsonObject secret, JsonObject? old, Violations violations)
    {
        foreach (var (key, _) in secret["data"] as JsonObject ?? [])
        {
            if (!Names.IsConfigKey(key))
                violations.Invalid($"data[{key}]", key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
        }
        if (old is not null)
            violations.Immutable("type", old["type"], secret["type"]);
        FixedData(secret, old, violations);
    }

    static void FixedData(JsonObject obj, JsonObject? old, Violations violations)
    {
        if (old?["immutable"]?.GetValue<bool>() != true)
            return;
        foreach (var list in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            if (!JsonNode.DeepEquals(old[list], obj[list]))
                violations.Forbidden(list, "field is immutable when `immutable` is set");
        }
    }

    static void Autoscaler(JsonObject? spec, Violations violations)
    {
        if (JsonTree.Text(spec?["scaleTargetRef"]?["kind"]) is not { Length: > 0 })
            violations.Required("spec.scaleTargetRef.kind");
        if (JsonTree.Text(spec?["scaleTargetRef"]?["name"]) is not { Length: > 0 })
            violations.Required("spec.scaleTargetRef.name");
        violations.AtLeast("spec.minReplicas", spec?["minReplicas"], 1);
        if (JsonTree.Number(spec?["maxReplicas"]) is not >= 1)
            violations.Invalid("spec.maxReplicas", spec?["maxReplicas"] ?? 0, "must be greater than 0");
        else if (JsonTree.Number(spec!["maxReplicas"]) < JsonTree.Number(spec["minReplicas"]))
            violations.Invalid("spec.maxReplicas", spec["maxReplicas"], "must be greater than or equal to `minReplicas`");
    }

    static void Definition(JsonObject definition, Violations violations)
    {
        var spec = definition["spec"] as JsonObject;
        var names = spec?["names"];
        if (JsonTree.Text(spec?["group"]) is not { Length: > 0 } group)
            violations.Required("spec.group");
        else if (JsonTree.Text(definition["metadata"]!["name"]) != $"{JsonTree.Text(names?["plural"])}.{group}")
            violations.Invalid("metadata.name", definition["metadata"]!["name"], "must be spec.names.plural+\".\"+spec.group");
        violations.OneOf("spec.scope", spec?["scope"], "Cluster", "Namespaced");
        var versions = (spec?["versions"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (versions.Count(v => v["storage"]?.GetValue<bool>() == true) != 1)
            violations.Invalid("spec.versions", new JsonArray([.. versions.Select(v => v["name"]?.DeepClone())]), "must have exactly one version marked as storage version");
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i]["schema"]?["openAPIV3Schema"] is null)
                violations.Required($"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required");
        }
    }
}
