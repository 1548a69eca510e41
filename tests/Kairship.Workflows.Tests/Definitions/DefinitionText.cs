using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Tests.Definitions;

/// <summary>Writes definitions for tests: flowcharts from "a -> b, b.True -> c" and activities from their type.</summary>
internal static class DefinitionText
{
    public static WorkflowDefinition Of(JsonObject root, JsonArray? variables = null, JsonArray? inputs = null) => WorkflowDefinition.Parse(new JsonObject
    {
        ["definitionId"] = "d", ["name"] = "D", ["variables"] = variables ?? [], ["inputs"] = inputs ?? [], ["root"] = root,
    }.ToJsonString());

    /// <summary>A flowchart; a connection is "source -> target" or "source.Port -> target".</summary>
    public static JsonObject Flow(string connections, params IReadOnlyList<JsonObject> activities) => Activity("Elsa.Flowchart", "flow", new JsonObject
    {
        ["activities"] = new JsonArray([.. activities]),
        ["connections"] = new JsonArray([.. connections.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Connection)]),
    });

    /// <summary>Ids without a type of their own are work.</summary>
    public static JsonObject Works(string connections, params IReadOnlyList<JsonObject> others)
    {
        var ids = connections.Split([",", "->"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('.')[0]).Distinct();
        var known = others.Select(o => o["id"]!.GetValue<string>()).ToHashSet();
        return Flow(connections, [.. others, .. ids.Where(id => !known.Contains(id)).Select(id => Activity("Test.Work", id))]);
    }

    public static JsonObject Activity(string type, string? id, JsonObject? properties = null)
    {
        var json = new JsonObject { ["type"] = type };
        if (id is not null)
        {
            json["id"] = id;
        }

        foreach (var (name, value) in properties ?? [])
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }

    public static JsonObject Decision(string id) => Activity("Elsa.FlowDecision", id, Properties("condition", Script("Boolean", "1 < 2")));

    public static JsonObject Fork(string id, params IReadOnlyList<string> branches) =>
        Activity("Elsa.FlowFork", id, Properties("branches", Input("List<String>", "Object", new JsonArray([.. branches.Select(b => JsonValue.Create(b))]).ToJsonString())));

    public static JsonObject Join(string id, string mode) => Activity("Elsa.FlowJoin", id, Properties("mode", Literal("FlowJoinMode", mode)));

    public static JsonObject Literal(string typeName, string? value) => Input(typeName, "Literal", value);

    public static JsonObject Script(string typeName, string source) => Input(typeName, "JavaScript", source);

    public static JsonObject Input(string typeName, string type, JsonNode? value) => new()
    {
        ["typeName"] = typeName, ["expression"] = new JsonObject { ["type"] = type, ["value"] = value },
    };

    public static JsonObject Properties(string name, JsonNode? value) => new() { [name] = value };

    public static JsonArray Variable(string id, string name, string typeName, string? value) =>
        [new JsonObject { ["id"] = id, ["name"] = name, ["typeName"] = typeName, ["isArray"] = false, ["value"] = value }];

    private static JsonNode Connection(string text)
    {
        var ends = text.Split("->", StringSplitOptions.TrimEntries);
        var source = ends[0].Split('.');
        return new JsonObject
        {
            ["source"] = new JsonObject { ["activity"] = source[0], ["port"] = source.Length > 1 ? source[1] : "Done" },
            ["target"] = new JsonObject { ["activity"] = ends[1], ["port"] = "In" },
            ["vertices"] = new JsonArray(),
        };
    }
}
