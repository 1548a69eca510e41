using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Patching;

/// <summary>Refusals of what a patch made of an object.</summary>
internal static class PatchResult
{
    /// <summary>The patched object cannot be read as one of its kind.</summary>
    public static ApiException Invalid(JsonNode patched, string why)
    {
        var message = $"Invalid value: {GoText.Quote(patched.ToJsonString())}: {why}";
        var causes = new JsonArray(new JsonObject { ["reason"] = "FieldValueInvalid", ["message"] = message, ["field"] = "patch" });
        return new ApiException(422, "Invalid", $" \"\" is invalid: patch: {message}", new JsonObject { ["causes"] = causes });
    }
}
