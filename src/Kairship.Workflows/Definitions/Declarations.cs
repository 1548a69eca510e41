using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>Reads the declared variables, inputs and outputs.</summary>
internal static class Declarations
{
    public static IReadOnlyList<VariableDefinition> Variables(Compilation run, string? activityId, JsonNode? list)
    {
        var variables = new List<VariableDefinition>();
        foreach (var (json, at) in Items(run, activityId, "variables", list))
        {
            var name = DefinitionJson.Text(json["name"]);
            if (string.IsNullOrWhiteSpace(name))
            {
                run.Error(activityId, at, ProblemCode.MissingProperty, "A variable has no name.");
                continue;
            }

            var id = DefinitionJson.Text(json["id"]) is { Length: > 0 } given ? given : name;
            var typeName = DefinitionJson.Text(json["typeName"]) is { Length: > 0 } type ? type : "Object";
            var isArray = IsTrue(json["isArray"]);
            if (variables.Any(v => v.Id == id || v.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                run.Error(activityId, at, ProblemCode.DuplicateVariable, $"Two variables here have the name or id '{name}' ({id}): give one of them another.");
                continue;
            }

            var value = Default(run, activityId, $"{at}.value", json["value"], TypeAlias.Of(typeName, isArray));
            variables.Add(new VariableDefinition(id, name, typeName, isArray, value));
        }

        return variables;
    }

    public static IReadOnlyList<InputDefinition> Inputs(Compilation run, JsonNode? list) =>
        Named(run, "inputs", list).Select(item =>
        {
            var (json, at, name) = item;
            var (type, isArray) = (Type(json), IsTrue(json["isArray"]));
            return new InputDefinition(
                name, type, isArray, DefinitionJson.Text(json["displayName"]), DefinitionJson.Text(json["description"]),
                Default(run, null, $"{at}.defaultValue", json["defaultValue"], TypeAlias.Of(type, isArray)));
        }).ToArray();

    public static IReadOnlyList<OutputDefinition> Outputs(Compilation run, JsonNode? list) =>
        Named(run, "outputs", list)
            .Select(item => new OutputDefinition(item.Name, Type(item.Json), IsTrue(item.Json["isArray"]), DefinitionJson.Text(item.Json["description"])))
            .ToArray();

    private static IEnumerable<(JsonObject Json, string At, string Name)> Named(Compilation run, string property, JsonNode? list)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (json, at) in Items(run, null, property, list))
        {
            var name = DefinitionJson.Text(json["name"]);
            if (string.IsNullOrWhiteSpace(name))
            {
                run.Error(null, at, ProblemCode.MissingProperty, $"{at} has no name.");
            }
            else if (!seen.Add(name))
            {
                run.Error(null, at, ProblemCode.DuplicateName, $"'{name}' is declared twice among the {property}.");
            }
            else
            {
                yield return (json, at, name);
            }
        }
    }

    private static IEnumerable<(JsonObject Json, string At)> Items(Compilation run, string? activityId, string property, JsonNode? list)
    {
        if (list is null)
        {
            yield break;
        }

        if (list is not JsonArray items)
        {
            run.Error(activityId, property, ProblemCode.Shape, $"'{property}' must be a list.");
            yield break;
        }

        if (items.Count > Compilation.MaxDeclared)
        {
            run.Error(activityId, property, ProblemCode.TooMany, $"'{property}' has {items.Count} entries: at most {Compilation.MaxDeclared}.");
            yield break;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is JsonObject json)
            {
                yield return (json, $"{property}[{i}]");
            }
            else
            {
                run.Error(activityId, $"{property}[{i}]", ProblemCode.Shape, $"{property}[{i}] must be an object.");
            }
        }
    }

    private static JsonNode? Default(Compilation run, string? activityId, string property, JsonNode? value, string typeName)
    {
        try
        {
            return TypedValue.Convert(value, typeName)?.DeepClone();
        }
        catch (ExpressionException e)
        {
            run.Error(activityId, property, ProblemCode.Expression, e.Message);
            return null;
        }
    }

    private static string Type(JsonObject json) => DefinitionJson.Text(json["type"]) is { Length: > 0 } type ? type : "Object";

    private static bool IsTrue(JsonNode? node) => node is JsonValue && node.GetValueKind() == JsonValueKind.True;
}
