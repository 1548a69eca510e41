using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Custom resources against the schema of their definition, in the words of a real API server. CEL rules are not evaluated.</summary>
internal static class CustomRules
{
    static readonly string[] TypeMeta = ["apiVersion", "kind", "metadata"];

    public static void Check(JsonObject obj, JsonObject schema, Violations violations)
    {
        Required(obj, schema, new Place("", ""), violations);
        Fields(obj, schema, new Place("", ""), violations, TypeMeta);
        CustomListRules.Check(obj, schema, "", violations);
    }

    /// <summary>One value, for example a default.</summary>
    /// <param name="field">Where it stands; messages name it relative to that.</param>
    public static void Value(JsonNode? node, JsonObject schema, string field, Violations violations) => Visit(node, schema, new Place(field, ""), violations);

    static void Visit(JsonNode? node, JsonObject schema, Place at, Violations violations)
    {
        if (node is null && IsTrue(schema["nullable"]))
            return;
        if (!Fits(node, schema))
        {
            var expected = IsTrue(schema["x-kubernetes-int-or-string"]) ? "integer,string" : JsonTree.Text(schema["type"]);
            violations.Invalid(at.Field, TypeName(node), $"{at.Name} in body must be of type {expected}: \"{TypeName(node)}\"");
            return;
        }
        CustomValueRules.Check(node, schema, at, violations);
        Combinations(node, schema, at, violations);
        if (node is JsonObject obj)
        {
            if (IsTrue(schema["x-kubernetes-embedded-resource"]))
                Embedded(obj, at, violations);
            Required(obj, schema, at, violations);
            Fields(obj, schema, at, violations, IsTrue(schema["x-kubernetes-embedded-resource"]) ? TypeMeta : []);
        }
        else if (node is JsonArray array && schema["items"] is JsonObject items)
        {
            for (var i = 0; i < array.Count; i++)
                Visit(array[i], items, at.Item(i), violations);
        }
    }

    static void Fields(JsonObject obj, JsonObject schema, Place at, Violations violations, string[] except)
    {
        var properties = schema["properties"] as JsonObject;
        foreach (var (name, value) in obj.Where(p => !except.Contains(p.Key)).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if ((properties?[name] ?? schema["additionalProperties"]) is JsonObject field)
                Visit(value, field, at.Child(name), violations);
        }
    }

    static void Required(JsonObject obj, JsonObject schema, Place at, Violations violations)
    {
        foreach (var name in (schema["required"] as JsonArray ?? []).Select(JsonTree.Text).OfType<string>().Where(n => !obj.ContainsKey(n)))
            violations.Required(at.Child(name).Field);
    }

    static void Embedded(JsonObject obj, Place at, Violations violations)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (JsonTree.Text(obj[name]) is not { Length: > 0 })
                violations.Required(at.Child(name).Field, "must not be empty");
        }
    }

    static void Combinations(JsonNode? node, JsonObject schema, Place at, Violations violations)
    {
        if (schema["allOf"] is JsonArray all && Trials(node, all, at).Find(t => t.Any) is { } broken)
        {
            Combination(at, "must validate all the schemas (allOf)", violations);
            violations.Take(broken);
        }
        if (schema["anyOf"] is JsonArray any && Trials(node, any, at) is var tried && tried.TrueForAll(t => t.Any))
        {
            Combination(at, "must validate at least one schema (anyOf)", violations);
            violations.Take(tried.MinBy(t => t.Count)!);
        }
        if (schema["oneOf"] is JsonArray one)
            ExactlyOne(Trials(node, one, at), at, violations);
        if (schema["not"] is JsonObject not && Trials(node, [not.DeepClone()], at).TrueForAll(t => !t.Any))
            Combination(at, "must not validate the schema (not)", violations);
    }

    static void ExactlyOne(List<Violations> tried, Place at, Violations violations)
    {
        var valid = tried.Count(t => !t.Any);
        if (valid == 1)
            return;
        Combination(at, $"must validate one and only one schema (oneOf). Found {(valid == 0 ? "none valid" : $"{valid} valid alternatives")}", violations);
        if (valid == 0)
            violations.Take(tried.MinBy(t => t.Count)!);
    }

    static void Combination(Place at, string why, Violations violations) => violations.Invalid("<nil>", "", $"\"{at.Name}\" {why}");

    static List<Violations> Trials(JsonNode? node, JsonArray schemas, Place at) => [.. schemas.OfType<JsonObject>().Select(s =>
    {
        var trial = new Violations();
        Visit(node, s, at, trial);
        return trial;
    })];

    static bool Fits(JsonNode? node, JsonObject schema)
    {
        var kind = node?.GetValueKind() ?? JsonValueKind.Null;
        if (IsTrue(schema["x-kubernetes-int-or-string"]))
            return kind == JsonValueKind.String || IsWhole(node);
        return JsonTree.Text(schema["type"]) switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => IsWhole(node),
            "number" => kind == JsonValueKind.Number,
            _ => true,
        };
    }

    static bool IsWhole(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number && double.IsInteger(CustomValueRules.Number(node) ?? 0.5);

    static string TypeName(JsonNode? node) => (node?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => IsWhole(node) ? "integer" : "number",
        _ => "null",
    };

    static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}

/// <summary>A place in an object: the field that an error is reported at, and the name in its text.</summary>
internal sealed record Place(string Field, string Name)
{
    public Place Child(string name) => new(Join(Field, name), Join(Name, name));

    public Place Item(int index) => new($"{Field}[{index}]", $"{Name}[{index}]");

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
