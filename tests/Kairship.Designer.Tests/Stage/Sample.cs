using System.Text.Json.Nodes;

namespace Kairship.Designer.Tests.Stage;

/// <summary>Definitions that tests begin with.</summary>
internal static class Sample
{
    /// <summary>A flowchart that writes lines, one after the other: write-1, write-2 ...</summary>
    public static JsonObject Lines(string definitionId, string name, params IReadOnlyList<string> lines) =>
        Flow(definitionId, name, [.. lines.Select((line, i) => Activity("Elsa.WriteLine", $"write-{i + 1}", i, ("text", Text("Literal", line))))]);

    /// <summary>A flowchart whose activities follow each other.</summary>
    public static JsonObject Flow(string definitionId, string name, params IReadOnlyList<JsonObject> activities) => new()
    {
        ["definitionId"] = definitionId,
        ["name"] = name,
        ["root"] = new JsonObject
        {
            ["id"] = "flow",
            ["type"] = "Elsa.Flowchart",
            ["version"] = 1,
            ["activities"] = new JsonArray([.. activities]),
            ["connections"] = new JsonArray([.. activities.Zip(activities.Skip(1), (a, b) => new JsonObject
            {
                ["source"] = new JsonObject { ["activity"] = a["id"]!.ToString(), ["port"] = "Done" },
                ["target"] = new JsonObject { ["activity"] = b["id"]!.ToString(), ["port"] = "In" },
            })]),
        },
    };

    public static JsonObject Activity(string type, string id, int column, params IReadOnlyList<(string Name, JsonNode? Value)> properties)
    {
        var activity = new JsonObject
        {
            ["id"] = id,
            ["type"] = type,
            ["version"] = 1,
            ["metadata"] = new JsonObject { ["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = 40 + (300 * column), ["y"] = 120 } } },
        };
        foreach (var (property, value) in properties)
        {
            activity[property] = value;
        }

        return activity;
    }

    public static JsonObject Text(string kind, string value, string type = "String") =>
        new() { ["typeName"] = type, ["expression"] = new JsonObject { ["type"] = kind, ["value"] = value } };
}
