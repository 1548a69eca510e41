using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Apply;

/// <summary>Refuses configurations that do not fit their schema, as the typed objects of server-side apply do.</summary>
internal static class TypedErrors
{
    public static void Check(JsonObject applied, SchemaNode schema, string what)
    {
        var errors = FieldCheck.Problems(applied, schema)
            .Select(p => p.Unknown
                ? $".{p.Path}: field not declared in schema"
                : $".{p.Path}: expected {p.Expected}, got &value.valueUnstructured{{Value:{Quote(applied, p)}}}")
            .ToList();
        ListErrors(applied, schema, "", errors);
        if (errors.Count == 0)
            return;
        var text = errors.Count == 1 ? errors[0] : "errors:\n" + string.Join('\n', errors.Select(e => "  " + e));
        throw new ApiException(500, "", $"failed to create typed patch object ({what}): {text}");
    }

    static string Quote(JsonObject applied, FieldProblem problem)
    {
        JsonNode? node = applied;
        foreach (var part in problem.Path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
            node = part.StartsWith('[') ? node?[int.Parse(part[1..^1])] : node?[part];
        return node?.ToJsonString() ?? "null";
    }

    static void ListErrors(JsonNode? node, SchemaNode schema, string path, List<string> errors)
    {
        if (schema.Atomic || schema.Kind == SchemaKind.Any)
            return;
        if (node is JsonObject obj)
        {
            foreach (var (name, value) in obj)
                ListErrors(value, schema.Field(name), $"{path}.{name}", errors);
        }
        else if (node is JsonArray array && schema.IsAssociative)
        {
            var seen = new HashSet<string>();
            for (var i = 0; i < array.Count; i++)
            {
                var key = PathElement.OfItem(array[i], schema);
                if (key is null)
                    errors.Add($"{path}: element {i}: associative list with keys has an element that omits key field \"{Missing(array[i], schema)}\" (and doesn't have default value)");
                else if (!seen.Add(key))
                    errors.Add($"{path}: duplicate entries for key {PathElement.Display(key)}");
                if (!schema.IsSet && key is not null)
                    ListErrors(array[i], schema.Element!, path + PathElement.Display(key), errors);
            }
        }
    }

    static string Missing(JsonNode? item, SchemaNode schema) => schema.Keys.FirstOrDefault(k => (item as JsonObject)?[k] is null) ?? schema.Keys[0];
}
