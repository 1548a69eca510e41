using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Definitions;

/// <summary>Elsa keeps an activity of a type that it does not know as Elsa.NotFoundActivity with the original inside; where the type is known here, that one counts.</summary>
internal static class ActivityOriginal
{
    public static JsonObject Restore(JsonObject json, ActivityRegistry registry)
    {
        if (DefinitionJson.Text(json["type"]) != "Elsa.NotFoundActivity" || DefinitionJson.Text(json["missingTypeName"]) is not { } missing
            || !registry.TryGet(missing, out _) || DefinitionJson.Text(json["originalActivityJson"]) is not { } text)
        {
            return json;
        }

        try
        {
            return DefinitionJson.Parse(text) is JsonObject original ? DefinitionJson.NormaliseActivity(original) : json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return json;
        }
    }
}
