using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Volume claims and storage classes: almost nothing of them may change.</summary>
internal static class StorageRules
{
    public static void Check(ResourceType type, JsonObject obj, JsonObject? old, Violations violations)
    {
        if (type.Plural == "persistentvolumeclaims")
            Claim(obj, old, violations);
        else if (old is not null)
            Class(obj, old, violations);
    }

    static void Claim(JsonObject claim, JsonObject? old, Violations violations)
    {
        var spec = claim["spec"] as JsonObject ?? [];
        if (spec["accessModes"] is not JsonArray { Count: > 0 })
            violations.Required("spec.accessModes", "at least 1 access mode is required");
        if (Storage(spec) is null)
            violations.Required("spec.resources[storage]");
        if (old?["spec"] is not JsonObject before)
            return;
        var bound = JsonTree.Text(old["status"]?["phase"]) == "Bound";
        if (!JsonNode.DeepEquals(Fixed(before, bound), Fixed(spec, bound)))
            violations.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        if (PodRules.Amount(Storage(spec)) < PodRules.Amount(Storage(before)))
            violations.Forbidden("spec.resources.requests.storage", "field can not be less than previous value");
    }

    static JsonNode? Storage(JsonObject spec) => JsonTree.At(spec, "resources", "requests", "storage");

    // A claim that has no volume yet gets one; a bound one may ask for more.
    static JsonObject Fixed(JsonObject spec, bool bound)
    {
        var copy = JsonTree.Copy(spec);
        if (!bound)
            return copy;
        copy.Remove("volumeAttributesClassName");
        (copy["resources"] as JsonObject)?.Remove("requests");
        return copy;
    }

    static void Class(JsonObject obj, JsonObject old, Violations violations)
    {
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"])
        {
            if (JsonNode.DeepEquals(old[field], obj[field]))
                continue;
            if (field == "volumeBindingMode")
                violations.Immutable(field, old[field], obj[field]);
            else
                violations.Forbidden(field, $"updates to {field} are forbidden.");
        }
    }
}
