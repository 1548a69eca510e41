using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Expressions;

/// <summary>What a script of a definition may use, as TypeScript declarations for an editor: the same names that <see cref="ScriptNames"/> gives, with the types of this definition.</summary>
public static partial class ScriptDeclarations
{
    private const int MostActivities = 1000;

    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.Default };

    private const string Always = """
        /** The value of a variable that is seen from here. */
        declare function getVariable(name: string): any;
        declare function setVariable(name: string, value: any): void;
        /** An input of the workflow; null when it was not given. */
        declare function getInput(name: string): any;
        /** What an activity, by its name or id, has put out; its output Result unless another one is named. */
        declare function getOutputFrom(activity: string, output?: string): any;
        /** The result of the activity that completed last. */
        declare function getLastResult(): any;
        declare function getCorrelationId(): string | null;
        declare function getWorkflowInstanceId(): string;
        declare function getWorkflowDefinitionId(): string;
        declare function getWorkflowDefinitionVersion(): number;
        declare function toJson(value: any): string;
        declare function parseJson(text: string): any;
        declare function isNullOrEmpty(text: string | null | undefined): boolean;
        declare function isNullOrWhiteSpace(text: string | null | undefined): boolean;
        /** The outcome that Run JavaScript leaves by. */
        declare function setOutcome(name: string): void;
        declare function setOutcomes(names: string[]): void;

        """;

    /// <param name="types">The activity types that there are; null for one that there is not.</param>
    public static string Write(WorkflowDefinition definition, Func<string, ActivityDescriptor?> types)
    {
        var text = new StringBuilder();
        var activities = Activities(definition.Json).Take(MostActivities).ToList();
        var variables = Variables(definition.Json, activities, types).DistinctBy(v => v.Name, StringComparer.Ordinal).ToList();
        foreach (var (name, type) in variables)
        {
            text.Append($"declare function getVariable(name: {Quote(name)}): {type};\n");
            text.Append($"declare function setVariable(name: {Quote(name)}, value: {type}): void;\n");
            if (Identifier().IsMatch(name))
            {
                text.Append($"declare function get{name}(): {type};\ndeclare function set{name}(value: {type}): void;\n");
            }
        }

        AppendObject(text, ScriptNames.Variables, variables, isReadOnly: false);
        var inputs = Declared(definition.Json["inputs"], "type").ToList();
        foreach (var (name, type) in inputs)
        {
            text.Append($"declare function getInput(name: {Quote(name)}): {type} | null;\n");
        }

        AppendObject(text, ScriptNames.Input, inputs, isReadOnly: true);
        AppendOutputs(text, activities, types);

        // Of several declarations of one function the first that fits counts: the exact ones stand above.
        return text.Append(Always).ToString();
    }

    private static void AppendOutputs(StringBuilder text, IEnumerable<JsonObject> activities, Func<string, ActivityDescriptor?> types)
    {
        foreach (var activity in activities)
        {
            var called = DefinitionJson.Text(activity["name"]) is { Length: > 0 } given ? given : DefinitionJson.Text(activity["id"]);
            if (called is null || types(DefinitionJson.Text(activity["type"]) ?? "") is not { } descriptor)
            {
                continue;
            }

            foreach (var output in descriptor.Outputs)
            {
                var type = Type(output.TypeName);
                text.Append($"declare function getOutputFrom(activity: {Quote(called)}, output: {Quote(output.Name)}): {type} | null;\n");
                if (Identifier().IsMatch(called) && Identifier().IsMatch(output.Name))
                {
                    text.Append($"declare function get{output.Name}From{called}(): {type} | null;\n");
                }
            }
        }
    }

    private static void AppendObject(StringBuilder text, string name, IEnumerable<(string Name, string Type)> members, bool isReadOnly)
    {
        text.Append($"declare const {name}: {{\n");
        foreach (var (member, type) in members)
        {
            text.Append($"    {(isReadOnly ? "readonly " : "")}{Quote(member)}: {type};\n");
        }

        text.Append("};\n");
    }

    private static IEnumerable<(string Name, string Type)> Variables(JsonObject definition, IReadOnlyList<JsonObject> activities, Func<string, ActivityDescriptor?> types)
    {
        var declared = Declared(definition["variables"], "typeName").Concat(activities.SelectMany(a => Declared(a["variables"], "typeName")));
        foreach (var variable in declared)
        {
            yield return variable;
        }

        if (activities.Any(a => DefinitionJson.Text(a["type"]) is { } type && types(type) is { Category: "Looping" }))
        {
            yield return ("CurrentValue", "any");
            yield return ("CurrentIndex", "number");
        }
    }

    private static IEnumerable<(string Name, string Type)> Declared(JsonNode? list, string typeMember)
    {
        foreach (var json in (list as JsonArray ?? []).OfType<JsonObject>())
        {
            if (DefinitionJson.Text(json["name"]) is { Length: > 0 } name)
            {
                var isArray = json["isArray"] is JsonValue v && v.GetValueKind() == JsonValueKind.True;
                yield return (name, Type(TypeAlias.Of(DefinitionJson.Text(json[typeMember]) ?? "Object", isArray)));
            }
        }
    }

    private static IEnumerable<JsonObject> Activities(JsonObject definition)
    {
        var open = new Stack<JsonObject>(definition["root"] is JsonObject root ? [root] : []);
        while (open.TryPop(out var activity))
        {
            yield return activity;
            foreach (var (_, child) in DefinitionJson.Children(activity))
            {
                open.Push(child);
            }
        }
    }

    /// <summary>Inside the engine a value is JSON: what is no number and no boolean is text.</summary>
    private static string Type(string alias) =>
        TypeAlias.TryGetElement(alias, out var element) ? $"Array<{Type(element)}>"
        : TypeAlias.IsDictionary(alias) ? "{ [name: string]: any }"
        : alias.ToUpperInvariant() switch
        {
            "STRING" or "DATETIME" or "DATETIMEOFFSET" or "TIMESPAN" or "GUID" or "URI" => "string",
            "BOOLEAN" => "boolean",
            "BYTE" or "INT16" or "INT32" or "UINT32" or "INT64" or "SINGLE" or "DOUBLE" or "DECIMAL" => "number",
            _ => "any",
        };

    private static string Quote(string text) => JsonSerializer.Serialize(text, Quoted);

    [GeneratedRegex("^[A-Za-z_$][A-Za-z0-9_$]{0,254}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
