using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Lists of custom resources that are sets or maps: no element twice.</summary>
internal static class CustomListRules
{
    public static void Check(JsonNode? node, JsonObject schema, string path, Violations violations)
    {
        if (node is JsonObject obj)
        {
            foreach (var (name, value) in obj)
            {
                if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is JsonObject field)
                    Check(value, field, path.Length == 0 ? name : $"{path}.{name}", violations);
            }
        }
        else if (node is JsonArray array && JsonTree.Text(schema["type"]) == "array")
        {
            Elements(array, schema, path, violations);
            for (var i = 0; i < array.Count && schema["items"] is JsonObject items; i++)
                Check(array[i], items, $"{path}[{i}]", violations);
        }
    }

    static void Elements(JsonArray array, JsonObject schema, string path, Violations violations)
    {
        var type = JsonTree.Text(schema["x-kubernetes-list-type"]);
        if (type is not ("set" or "map"))
            return;
        var keys = (schema["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(JsonTree.Text).OfType<string>().ToList();
        var seen = new HashSet<string>();
        for (var i = 0; i < array.Count; i++)
        {
            var at = $"{path}[{i}]";
            if (type == "set")
            {
                if (!seen.Add(array[i]?.ToJsonString() ?? "null"))
                    violations.DuplicateAs(at, GoText.Untyped(array[i]));
            }
            else if (array[i] is not JsonObject element)
            {
                violations.InvalidAs(at, GoText.Untyped(array[i]), "must be an object for an array of list-type map");
            }
            else if (!seen.Add(string.Join(',', keys.Select(k => element[k]?.ToJsonString() ?? ""))))
            {
                violations.DuplicateAs(at, GoText.Untyped(new JsonObject(keys.Where(element.ContainsKey).Select(k => KeyValuePair.Create(k, element[k]?.DeepClone())))));
            }
        }
    }
}
