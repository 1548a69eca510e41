using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

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
        if (old is not null)
            MetadataRules.Changed(obj["metadata"]!.AsObject(), old["metadata"]!.AsObject(), violations);
        Kind(type, obj, old, violations);
        if (violations.Any)
            throw violations.Error(type, JsonTree.Text(obj["metadata"]?["name"]) ?? "");
    }

    static void Kind(ResourceType type, JsonObject obj, JsonObject? old, Violations violations)
    {
        switch (type.Group, type.Plural)
        {
            case ("", "pods"):
                PodRules.Spec(obj["spec"] as JsonObject, "spec", violations);
                PodUpdateRules.Check(obj, old, violations);
                break;
            case ("", "services"):
                NetworkRules.Service(obj, old, violations);
                break;
            case ("", "configmaps"):
                ConfigurationRules.ConfigMap(obj, old, violations);
                break;
            case ("", "secrets"):
                ConfigurationRules.Secret(obj, old, violations);
                break;
            case ("" or "events.k8s.io", "events"):
                CoordinationRules.Event(obj, type.Group.Length > 0, violations);
                break;
            case ("coordination.k8s.io", "leases"):
                CoordinationRules.Lease(obj, violations);
                break;
            case ("", "persistentvolumeclaims") or ("storage.k8s.io", "storageclasses"):
                StorageRules.Check(type, obj, old, violations);
                break;
            case ("scheduling.k8s.io", "priorityclasses"):
                if (old is not null && !JsonNode.DeepEquals(old["value"], obj["value"]))
                    violations.Forbidden("value", "may not be changed in an update.");
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
                    violations.InvalidAs("roleRef", RoleRef(obj["roleRef"]), "cannot change roleRef");
                break;
            case ("apiextensions.k8s.io", _):
                DefinitionRules.Check(obj, old, violations);
                break;
            default:
                if (type.CustomSchema is { } schema)
                    CustomRules.Check(obj, schema, violations);
                break;
        }
    }

    /// <summary>The status alone, as it is written through its own endpoint.</summary>
    /// <exception cref="ApiException">422 Invalid.</exception>
    public static void CheckStatus(ResourceType type, JsonObject obj)
    {
        var violations = new Violations();
        if (type.CustomSchema is { } schema)
            CustomRules.Check(obj, schema, violations);
        else if (type.Group == "apps")
            StatusRules.Counts(obj["status"] as JsonObject, isDeployment: type.Plural == "deployments", violations);
        if (violations.Any)
            throw violations.Error(type, JsonTree.Text(obj["metadata"]?["name"]) ?? "");
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

    static string RoleRef(JsonNode? role) =>
        $"rbac.RoleRef{{APIGroup:{Text(role, "apiGroup")}, Kind:{Text(role, "kind")}, Name:{Text(role, "name")}}}";

    static string Text(JsonNode? node, string field) => GoText.Quote(JsonTree.Text(node?[field]) ?? "");
}
