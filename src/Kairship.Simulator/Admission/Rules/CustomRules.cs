using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Custom resources against the schema of their definition: required, enum, minimum, maximum, pattern, lengths. CEL rules are not evaluated.</summary>
internal static class CustomRules
{
    static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    public static void Check(JsonObject obj, SchemaNode schema, Violations violations)
    {
        foreach (var (name, value) in obj)
        {
            if (name is not ("apiVersion" or "kind" or "metadata"))
                Visit(value, schema.Field(name), name, violations);
        }
    }

    static void Visit(JsonNode? node, SchemaNode schema, string path, Violations violations)
    {
        if (node is null)
            return;
        if (schema.Custom is { } custom)
            Rules(node, custom, path, violations);
        if (node is JsonObject obj)
        {
            foreach (var (name, value) in obj)
                Visit(value, schema.Field(name), $"{path}.{name}", violations);
        }
        else if (node is JsonArray array && schema.Element is { } element)
        {
            for (var i = 0; i < array.Count; i++)
                Visit(array[i], element, $"{path}[{i}]", violations);
        }
    }

    static void Rules(JsonNode node, JsonObject schema, string path, Violations violations)
    {
        if (node is JsonObject obj && schema["required"] is JsonArray required)
        {
            foreach (var name in required.Select(JsonTree.Text).OfType<string>().Where(n => obj[n] is null))
                violations.Required($"{path}.{name}");
        }
        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => JsonNode.DeepEquals(JsonTree.CopyNode(a), JsonTree.CopyNode(node))))
            violations.OneOf(path, node, [.. allowed.Select(a => JsonTree.Text(a) ?? a!.ToJsonString())]);
        if (Number(node) is { } number)
        {
            if (number < Number(schema["minimum"]))
                violations.Invalid(path, node, $"{path} in body should be greater than or equal to {schema["minimum"]}");
            if (number > Number(schema["maximum"]))
                violations.Invalid(path, node, $"{path} in body should be less than or equal to {schema["maximum"]}");
        }
        if (JsonTree.Text(node) is { } text)
        {
            if (JsonTree.Text(schema["pattern"]) is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, PatternTimeout))
                violations.Invalid(path, node, $"{path} in body should match '{pattern}'");
            if (text.Length < JsonTree.Number(schema["minLength"]))
                violations.Invalid(path, node, $"{path} in body should be at least {schema["minLength"]} chars long");
            if (text.Length > JsonTree.Number(schema["maxLength"]))
                violations.TooLong(path, $"may not be more than {schema["maxLength"]} bytes");
        }
        if (node is JsonArray array && array.Count < JsonTree.Number(schema["minItems"]))
            violations.Invalid(path, array.Count, $"{path} in body should have at least {schema["minItems"]} items");
    }

    static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? double.Parse(value.ToJsonString()) : null;
}
