using System.Text.Json.Nodes;

namespace Kairship.Simulator.Api.Writing;

/// <summary>CustomResourceDefinitions are established as soon as they are created.</summary>
internal static class CustomDefinitions
{
    public static JsonObject Established(JsonObject definition, string now)
    {
        var spec = definition["spec"];
        var stored = (spec?["versions"] as JsonArray ?? []).OfType<JsonObject>().Where(v => v["storage"]?.GetValue<bool>() == true).Select(v => v["name"]?.DeepClone());
        return new JsonObject
        {
            ["acceptedNames"] = spec?["names"]?.DeepClone() ?? new JsonObject(),
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)),
            ["storedVersions"] = new JsonArray([.. stored]),
        };
    }

    static JsonObject Condition(string type, string reason, string message, string now) =>
        new() { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message };
}
