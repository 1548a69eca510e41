using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Whether a schema of a CustomResourceDefinition is structural: every place has one type, and combinations only add limits.</summary>
internal static class StructuralRules
{
    static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];
    static readonly string[] Unsupported = ["$ref", "id", "patternProperties", "definitions", "dependencies", "additionalItems"];
    static readonly string[] OnlyOutside = ["type", "title", "description", "default", "additionalProperties", "nullable"];

    public static void Check(JsonObject schema, string at, bool hasStatus, Violations violations)
    {
        var type = JsonTree.Text(schema["type"]);
        if (type is not ("object" or null) && hasStatus)
            violations.Invalid($"{at}.type", type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
        if (type is not ("object" or null))
            violations.Invalid($"{at}.type", type, "must be object at the root");
        if (schema["properties"]?["metadata"] is JsonObject metadata && !OnlyNames(metadata))
            violations.Forbidden($"{at}.properties[metadata]", "must not specify anything other than name and generateName, but metadata is implicitly specified");
        Node(schema, at, "at the root", violations);
    }

    static void Node(JsonObject schema, string at, string where, Violations violations)
    {
        Type(schema, at, where, violations);
        foreach (var name in Unsupported.Where(schema.ContainsKey))
            violations.Forbidden($"{at}.{name}", $"{name} is not supported");
        if (IsTrue(schema["uniqueItems"]))
            violations.Forbidden($"{at}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        if (schema["additionalProperties"] is not null && schema["properties"] is JsonObject { Count: > 0 })
            violations.Forbidden($"{at}.additionalProperties", "additionalProperties and properties are mutual exclusive");
        Pattern(schema, at, violations);
        StructuralListRules.Check(schema, at, violations);
        Default(schema, at, violations);
        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            if (property is JsonObject child && !(where == "at the root" && name == "metadata"))
                Node(child, $"{at}.properties[{name}]", "for specified object fields", violations);
        }
        if (schema["additionalProperties"] is JsonObject values)
            Node(values, $"{at}.additionalProperties", "for specified object fields", violations);
        if (schema["items"] is JsonObject items)
            Node(items, $"{at}.items", "for specified array items", violations);
        foreach (var combination in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            var index = 0;
            foreach (var part in (schema[combination] as JsonArray ?? []).OfType<JsonObject>())
                Limits(part, $"{at}.{combination}[{index++}]", IsTrue(schema["x-kubernetes-int-or-string"]), violations);
        }
        if (schema["not"] is JsonObject not)
            Limits(not, $"{at}.not", isIntOrString: false, violations);
    }

    static void Type(JsonObject schema, string at, string where, Violations violations)
    {
        var type = JsonTree.Text(schema["type"]) ?? "";
        var mayBeFree = IsTrue(schema["x-kubernetes-int-or-string"]) || (IsTrue(schema["x-kubernetes-preserve-unknown-fields"]) && where != "at the root");
        if (type.Length == 0 && !mayBeFree)
            violations.Required($"{at}.type", $"must not be empty {where}");
        else if (type.Length > 0 && !Types.Contains(type))
            violations.NotSupported($"{at}.type", type, Types);
        if (type == "array" && schema["items"] is not JsonObject)
            violations.Required($"{at}.items", "must be specified");
    }

    static void Pattern(JsonObject schema, string at, Violations violations)
    {
        if (JsonTree.Text(schema["pattern"]) is not { } pattern)
            return;
        try
        {
            _ = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            violations.Invalid($"{at}.pattern", pattern, $"must be a valid regular expression, but isn't: {e.Message}");
        }
    }

    static void Default(JsonObject schema, string at, Violations violations)
    {
        if (schema["default"] is not { } preset)
            return;
        if (preset is JsonObject given)
        {
            var pruned = new JsonObject { ["default"] = given.DeepClone() };
            FieldCheck.Prune(pruned, new SchemaNode(SchemaKind.Struct) { Fields = new Dictionary<string, SchemaNode> { ["default"] = CustomSchemas.Part(schema) } });
            if (!JsonNode.DeepEquals(pruned["default"], given))
                violations.InvalidAs($"{at}.default", GoText.Untyped(given), "must not have unknown fields");
        }
        CustomRules.Value(preset, schema, $"{at}.default", violations);
    }

    // Inside of a combination only limits are said, never what something is. Int-or-string is the one exception.
    static void Limits(JsonObject schema, string at, bool isIntOrString, Violations violations)
    {
        foreach (var name in OnlyOutside.Where(schema.ContainsKey))
        {
            if (name == "type" && isIntOrString)
                continue;
            violations.Forbidden($"{at}.{name}", name == "nullable" ? "must be false to be structural" : "must be empty to be structural");
        }
        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            if (property is JsonObject child)
                Limits(child, $"{at}.properties[{name}]", isIntOrString: false, violations);
        }
        if (schema["items"] is JsonObject items)
            Limits(items, $"{at}.items", isIntOrString: false, violations);
    }

    static bool OnlyNames(JsonObject metadata) =>
        metadata.All(p => p.Key is "type" or "properties" or "description")
        && (metadata["properties"] as JsonObject ?? []).All(p => p.Key is "name" or "generateName");

    static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
