using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using static Kairship.Simulator.Admission.Defaults.Defaulting;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Defaults of the remaining kinds.</summary>
internal static class OtherDefaults
{
    public static void Apply(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"] as JsonObject;
        switch (type.Plural)
        {
            case "secrets":
                Set(obj, "type", "Opaque");
                StringData(obj);
                break;
            case "namespaces":
                Set(JsonTree.Child(JsonTree.Child(obj, "metadata"), "labels"), "kubernetes.io/metadata.name", obj["metadata"]!["name"]!.DeepClone());
                break;
            case "horizontalpodautoscalers" when spec is not null && type.Version == "v1":
                Set(spec, "minReplicas", 1L);
                break;
            case "horizontalpodautoscalers" when spec is not null:
                Autoscaler(spec);
                break;
            case "ingresses":
                foreach (var path in PodDefaults.Items(spec?["rules"]).SelectMany(r => PodDefaults.Items(r["http"]?["paths"])))
                    Set(path, "pathType", "ImplementationSpecific");
                break;
            case "networkpolicies" when spec is not null:
                Set(spec, "policyTypes", spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress"));
                break;
            case "persistentvolumeclaims" when spec is not null:
                Set(spec, "volumeMode", "Filesystem");
                break;
            case "persistentvolumes" when spec is not null:
                Set(spec, "volumeMode", "Filesystem");
                Set(spec, "persistentVolumeReclaimPolicy", "Retain");
                break;
            case "storageclasses":
                Set(obj, "reclaimPolicy", "Delete");
                Set(obj, "volumeBindingMode", "Immediate");
                break;
            case "rolebindings" or "clusterrolebindings":
                Binding(obj);
                break;
            case "customresourcedefinitions" when spec is not null:
                Definition(spec);
                break;
        }
    }

    static void StringData(JsonObject secret)
    {
        if (secret["stringData"] is not JsonObject texts)
            return;
        var data = JsonTree.Child(secret, "data");
        foreach (var (name, text) in texts)
            data[name] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(JsonTree.Text(text) ?? ""));
        secret.Remove("stringData");
    }

    static void Autoscaler(JsonObject spec)
    {
        Set(spec, "minReplicas", 1L);
        if (spec["metrics"] is null or JsonArray { Count: 0 })
        {
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80L } },
            });
        }
        if (spec["behavior"] is not JsonObject behavior)
            return;
        if (behavior["scaleUp"] is JsonObject up)
        {
            Set(up, "stabilizationWindowSeconds", 0L);
            Set(up, "selectPolicy", "Max");
            Set(up, "policies", new JsonArray(Policy("Pods", 4), Policy("Percent", 100)));
        }
        if (behavior["scaleDown"] is JsonObject down)
        {
            Set(down, "selectPolicy", "Max");
            Set(down, "policies", new JsonArray(Policy("Percent", 100)));
        }
    }

    static JsonObject Policy(string type, long value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15L };

    static void Binding(JsonObject binding)
    {
        if (binding["roleRef"] is JsonObject role)
            Set(role, "apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in PodDefaults.Items(binding["subjects"]))
        {
            if (JsonTree.Text(subject["kind"]) is "User" or "Group")
                Set(subject, "apiGroup", "rbac.authorization.k8s.io");
        }
    }

    static void Definition(JsonObject spec)
    {
        var names = JsonTree.Child(spec, "names");
        if (JsonTree.Text(names["kind"]) is { } kind)
        {
            Set(names, "singular", kind.ToLowerInvariant());
            Set(names, "listKind", kind + "List");
        }
        Set(spec, "conversion", new JsonObject { ["strategy"] = "None" });
    }
}
