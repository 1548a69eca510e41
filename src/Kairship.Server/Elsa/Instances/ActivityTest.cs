using System.Text.Json.Nodes;

namespace Kairship.Server.Elsa.Instances;

/// <summary>What the designer's tab TEST sends: one activity of one version.</summary>
internal sealed record ActivityTestRequest
{
    public VersionHandle? WorkflowDefinitionHandle { get; init; }
    public ActivityHandle? ActivityHandle { get; init; }
}

internal sealed record VersionHandle(string? DefinitionId, string? VersionOptions, string? DefinitionVersionId);

internal sealed record ActivityHandle(string? ActivityId, string? ActivityNodeId)
{
    /// <summary>The last part of a node id is the activity's own.</summary>
    public string? Id => ActivityId is { Length: > 0 } id ? id : ActivityNodeId is { Length: > 0 } node ? node[(node.LastIndexOf(':') + 1)..] : null;
}

/// <summary>What came of it.</summary>
/// <param name="ActivityState">Its inputs as they were evaluated, masked.</param>
/// <param name="Payload">Outcomes, and what it told or waits for.</param>
/// <param name="Status">Running (it waits), Completed, Faulted or Canceled.</param>
internal sealed record ActivityTestResult(JsonObject ActivityState, JsonObject? Outputs, JsonObject Payload, ElsaException? Exception, string Status)
{
    /// <summary>It was not run. Studio shows the state of any answer, and of a refusal nothing: so this is an answer.</summary>
    public static ActivityTestResult NotRun(string why) =>
        new(new JsonObject { ["NotRun"] = why }, null, [], new ElsaException("NotTestable", why), "Faulted");
}

/// <summary>A definition that is nothing but one activity of another.</summary>
internal static class ActivityExcerpt
{
    /// <summary>Null when there is no such activity. What only makes sense among others is left out; the variables of the containers around it come along, with their defaults.</summary>
    public static JsonObject? Of(JsonObject definition, string activityId)
    {
        var variables = new JsonArray();
        return Find(definition["root"], activityId, variables) is { } found
            ? new JsonObject
            {
                ["definitionId"] = "activity-test",
                ["name"] = "Test of one activity",
                ["variables"] = new JsonArray([.. (definition["variables"] as JsonArray ?? []).Concat(variables).Select(v => v?.DeepClone())]),
                ["inputs"] = definition["inputs"]?.DeepClone(),
                ["outputs"] = definition["outputs"]?.DeepClone(),
                ["customProperties"] = definition["customProperties"]?.DeepClone(),
                ["root"] = found.DeepClone(),
            }
            : null;
    }

    private static JsonObject? Find(JsonNode? node, string id, JsonArray variables)
    {
        switch (node)
        {
            case JsonObject activity when activity["type"] is JsonValue && activity["id"] is JsonValue value && value.TryGetValue<string>(out var own) && own == id:
                return activity;
            case JsonObject o:
                foreach (var (name, child) in o)
                {
                    // Connections and designer data name activities without being them.
                    if (name is not ("connections" or "metadata" or "customProperties" or "variables") && Find(child, id, variables) is { } found)
                    {
                        foreach (var variable in o["root"] is null && o["variables"] is JsonArray around ? around : [])
                        {
                            variables.Add(variable?.DeepClone());
                        }

                        return found;
                    }
                }

                return null;
            case JsonArray list:
                return list.Select(item => Find(item, id, variables)).FirstOrDefault(found => found is not null);
            default:
                return null;
        }
    }
}
