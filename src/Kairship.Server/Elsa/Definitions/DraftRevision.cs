using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>
/// Which content somebody edits. Studio sends no ETag, but it gives back the customProperties that it got: there the content's hash travels, in every answer out and in every save in. It is
/// never stored.
/// </summary>
internal static class DraftRevision
{
    public const string Property = "kairship:revision";

    /// <summary>Takes it out of a definition that came in; null when there is none.</summary>
    public static string? Take(JsonObject definition)
    {
        if (definition["customProperties"] is not JsonObject custom || !custom.ContainsKey(Property))
        {
            return null;
        }

        var revision = custom[Property] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
        custom.Remove(Property);
        return revision;
    }

    /// <summary>A document or a save request without it. What is no definition is given back as it is: whoever takes it says what is wrong.</summary>
    public static string Without(string text)
    {
        if (!text.Contains(Property, StringComparison.Ordinal))
        {
            return text;
        }

        try
        {
            var json = WorkflowDefinition.Parse(text).ToJsonObject();
            Take(json);
            return json.ToJsonString(ElsaJson.Options);
        }
        catch (DefinitionFormatException)
        {
            return text;
        }
    }
}
