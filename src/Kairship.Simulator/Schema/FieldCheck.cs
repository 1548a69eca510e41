using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Schema;

/// <summary>One field that does not fit its schema.</summary>
/// <param name="Path">Without a leading dot, for example <c>spec.template.spec.containers[0].image</c>.</param>
/// <param name="Unknown">The field is not declared; otherwise its type is wrong.</param>
internal sealed record FieldProblem(string Path, bool Unknown, string Expected, string Found);

/// <summary>Compares objects with their schemas.</summary>
internal static class FieldCheck
{
    /// <summary>Every undeclared field and every value of a wrong type, in the order of the object.</summary>
    public static IReadOnlyList<FieldProblem> Problems(JsonObject obj, SchemaNode schema)
    {
        var problems = new List<FieldProblem>();
        Visit(obj, schema, "", problems);
        return problems;
    }

    /// <summary>Removes undeclared fields, as decoding does.</summary>
    public static void Prune(JsonObject obj, SchemaNode schema)
    {
        if (schema.Kind is SchemaKind.Struct && !schema.PreserveUnknown)
        {
            foreach (var name in obj.Select(p => p.Key).Where(k => !schema.Fields.ContainsKey(k)).ToList())
                obj.Remove(name);
        }
        if (schema.Kind is not (SchemaKind.Struct or SchemaKind.Map))
            return;
        foreach (var (name, value) in obj)
            PruneNode(value, schema.Field(name));
    }

    /// <summary>Removes nulls from a custom resource where its schema does not take them; defaults may follow.</summary>
    public static void PruneNulls(JsonObject obj, SchemaNode schema)
    {
        foreach (var (name, value) in obj.ToList())
        {
            var field = schema.Field(name);
            if (value is null && (schema.Declares(name) || schema.Kind == SchemaKind.Map) && !field.Nullable)
                obj.Remove(name);
            else if (value is JsonObject child)
                PruneNulls(child, field);
            else if (value is JsonArray items)
                foreach (var item in items.OfType<JsonObject>())
                    PruneNulls(item, field.Element ?? SchemaNode.Any);
        }
    }

    static void PruneNode(JsonNode? node, SchemaNode schema)
    {
        if (node is JsonObject obj)
        {
            Prune(obj, schema);
        }
        else if (node is JsonArray array && schema is { Kind: SchemaKind.List, Element: { } element })
        {
            foreach (var item in array)
                PruneNode(item, element);
        }
    }

    static void Visit(JsonNode? node, SchemaNode schema, string path, List<FieldProblem> problems)
    {
        if (node is null || schema.Kind == SchemaKind.Any)
            return;
        var expected = Expected(schema.Kind);
        if (!Fits(node, schema.Kind))
        {
            problems.Add(new FieldProblem(path, false, expected, Found(node)));
            return;
        }
        if (node is JsonObject obj)
        {
            foreach (var (name, value) in obj)
            {
                var at = path.Length == 0 ? name : $"{path}.{name}";
                if (schema is { Kind: SchemaKind.Struct, PreserveUnknown: false } && !schema.Declares(name))
                    problems.Add(new FieldProblem(at, true, "", ""));
                else
                    Visit(value, schema.Field(name), at, problems);
            }
        }
        else if (node is JsonArray array)
        {
            for (var i = 0; i < array.Count; i++)
                Visit(array[i], schema.Element!, $"{path}[{i}]", problems);
        }
    }

    static bool Fits(JsonNode node, SchemaKind kind) => kind switch
    {
        SchemaKind.Struct or SchemaKind.Map => node is JsonObject,
        SchemaKind.List => node is JsonArray,
        SchemaKind.String or SchemaKind.Time or SchemaKind.Bytes => node.GetValueKind() == JsonValueKind.String,
        SchemaKind.Boolean => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        SchemaKind.Integer => node is JsonValue v && v.GetValueKind() == JsonValueKind.Number && long.TryParse(v.ToJsonString(), out _),
        SchemaKind.Number => node.GetValueKind() == JsonValueKind.Number,
        SchemaKind.Quantity or SchemaKind.IntOrString => node.GetValueKind() is JsonValueKind.Number or JsonValueKind.String,
        _ => true,
    };

    static string Expected(SchemaKind kind) => kind switch
    {
        SchemaKind.Struct or SchemaKind.Map => "map",
        SchemaKind.List => "list",
        SchemaKind.Integer or SchemaKind.Number => "numeric (int or float)",
        SchemaKind.Boolean => "bool",
        _ => "string",
    };

    static string Found(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "map",
        JsonValueKind.Array => "list",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "number",
    };
}
