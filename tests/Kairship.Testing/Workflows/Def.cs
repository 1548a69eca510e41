using System.Text.Json.Nodes;

namespace Kairship.Testing.Workflows;

/// <summary>Workflow definitions as JSON, in few words.</summary>
public static class Def
{
    public static string Workflow(string definitionId, JsonObject root, params (string Name, string Type, string? Value)[] variables) =>
        new JsonObject
        {
            ["definitionId"] = definitionId,
            ["name"] = definitionId,
            ["variables"] = new JsonArray([.. variables.Select(v => Variable(v.Name, v.Type, v.Value))]),
            ["inputs"] = new JsonArray(),
            ["outputs"] = new JsonArray(),
            ["root"] = root,
        }.ToJsonString();

    public static JsonObject Variable(string name, string type, string? value) =>
        new() { ["id"] = name, ["name"] = name, ["typeName"] = type, ["isArray"] = false, ["value"] = value };

    public static JsonObject Activity(string type, string id, params (string Name, JsonNode? Value)[] properties)
    {
        var activity = new JsonObject { ["id"] = id, ["name"] = id, ["type"] = type, ["version"] = 1 };
        foreach (var (name, value) in properties)
        {
            activity[name] = value;
        }

        return activity;
    }

    /// <summary>The same activity with customProperties: ("kairship:timeout", "00:00:05").</summary>
    public static JsonObject With(this JsonObject activity, params (string Name, JsonNode? Value)[] custom)
    {
        var properties = activity["customProperties"] as JsonObject ?? [];
        foreach (var (name, value) in custom)
        {
            properties[name] = value;
        }

        activity["customProperties"] = properties;
        return activity;
    }

    /// <summary>The same definition with an incident strategy.</summary>
    public static string WithStrategy(string definition, string strategy)
    {
        var json = JsonNode.Parse(definition)!.AsObject();
        json["options"] = new JsonObject { ["incidentStrategyType"] = strategy };
        return json.ToJsonString();
    }

    public static JsonObject Input(string expressionType, JsonNode? value, string typeName = "Object") =>
        new() { ["typeName"] = typeName, ["expression"] = new JsonObject { ["type"] = expressionType, ["value"] = value } };

    public static JsonObject Literal(string value, string typeName = "String") => Input("Literal", value, typeName);

    public static JsonObject Js(string script, string typeName = "Object") => Input("JavaScript", script, typeName);

    public static JsonObject Output(string variable) => new() { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = variable } };

    public static JsonObject WriteLine(string id, string? script = null) =>
        Activity("Elsa.WriteLine", id, ("text", script is null ? Literal(id) : Js(script, "String")));

    public static JsonObject SetVariable(string id, string variable, string script) =>
        Activity("Elsa.SetVariable", id, ("variable", new JsonObject { ["id"] = variable, ["name"] = variable, ["typeName"] = "Object" }), ("value", Js(script)));

    public static JsonObject Delay(string id, string timeSpan) => Activity("Elsa.Delay", id, ("timeSpan", Literal(timeSpan, "TimeSpan")));

    public static JsonObject Event(string id, string eventName, string? result = null) =>
        Activity("Elsa.Event", id, ("eventName", Literal(eventName)), ("result", result is null ? null : Output(result)));

    public static JsonObject Decision(string id, string script) => Activity("Elsa.FlowDecision", id, ("condition", Js(script, "Boolean")));

    public static JsonObject Fork(string id, params string[] branches) =>
        Activity("Elsa.FlowFork", id, ("branches", Input("Object", new JsonArray([.. branches.Select(b => JsonValue.Create(b))]).ToJsonString(), "List<String>")));

    public static JsonObject Join(string id, string mode) => Activity("Elsa.FlowJoin", id, ("mode", Literal(mode, "FlowJoinMode")));

    /// <summary>An effect that records its idempotency key: see <see cref="RecordingEffect"/>.</summary>
    public static JsonObject Effect(string id, params (string Name, JsonNode? Value)[] properties) => Activity(RecordingEffect.TypeName, id, properties);

    public static JsonObject Sequence(string id, params JsonObject[] activities) =>
        Activity("Elsa.Sequence", id, ("activities", new JsonArray([.. activities])));

    /// <summary>Connections are written "source -> target" or "source.Port -> target"; the first activity is the start.</summary>
    public static JsonObject Flowchart(string id, JsonObject[] activities, params string[] connections)
    {
        var flowchart = Activity("Elsa.Flowchart", id, ("activities", new JsonArray([.. activities])),
            ("connections", new JsonArray([.. connections.Select(Connection)])));
        flowchart["start"] = activities.Length == 0 ? null : activities[0]["id"]!.GetValue<string>();
        return flowchart;
    }

    private static JsonObject Connection(string text)
    {
        var sides = text.Split("->", StringSplitOptions.TrimEntries);
        var source = sides[0].Split('.');
        return new JsonObject
        {
            ["source"] = new JsonObject { ["activity"] = source[0], ["port"] = source.Length > 1 ? source[1] : "Done" },
            ["target"] = new JsonObject { ["activity"] = sides[1], ["port"] = "In" },
        };
    }
}
