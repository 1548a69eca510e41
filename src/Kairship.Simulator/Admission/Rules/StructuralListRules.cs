using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>x-kubernetes-list-type and its keys in a schema.</summary>
internal static class StructuralListRules
{
    public static void Check(JsonObject schema, string at, Violations violations)
    {
        var type = JsonTree.Text(schema["x-kubernetes-list-type"]);
        if (type is null)
            return;
        if (JsonTree.Text(schema["type"]) != "array")
            violations.Invalid($"{at}.type", schema["type"], "must be array if x-kubernetes-list-type is specified");
        if (type is not ("atomic" or "set" or "map"))
            violations.NotSupported($"{at}.x-kubernetes-list-type", type, ["atomic", "set", "map"]);
        var items = schema["items"] as JsonObject;
        if (type == "set" && JsonTree.Text(items?["type"]) == "object" && JsonTree.Text(items!["x-kubernetes-map-type"]) != "atomic")
            violations.Invalid($"{at}.items.x-kubernetes-map-type", items["x-kubernetes-map-type"], "must be atomic as item of a list with x-kubernetes-list-type=set");
        if (type == "map")
            Keys(schema, items, at, violations);
    }

    static void Keys(JsonObject schema, JsonObject? items, string at, Violations violations)
    {
        var keys = (schema["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(JsonTree.Text).OfType<string>().ToList();
        if (keys.Count == 0)
            violations.Required($"{at}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        if (keys.Exists(k => items?["properties"]?[k] is null))
        {
            violations.InvalidAs($"{at}.x-kubernetes-list-map-keys", GoText.Texts(schema["x-kubernetes-list-map-keys"] as JsonArray), "entries must all be names of item properties");
            return;
        }
        var required = (items?["required"] as JsonArray ?? []).Select(JsonTree.Text).ToHashSet();
        foreach (var key in keys.Where(k => !required.Contains(k) && items?["properties"]?[k]?["default"] is null))
            violations.Required($"{at}.items.properties[{key}].default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
    }
}
