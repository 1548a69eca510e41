using System.Text;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>A definition as the descriptor of an activity type.</summary>
internal static class WorkflowDescriptors
{
    /// <summary>"Send a mail" as "SendAMail": the type name that Elsa gives.</summary>
    public static string TypeName(string name)
    {
        var type = new StringBuilder(name.Length);
        var upper = true;
        foreach (var c in name)
        {
            if (char.IsLetterOrDigit(c))
            {
                type.Append(upper ? char.ToUpperInvariant(c) : c);
                upper = false;
            }
            else
            {
                upper = true;
            }
        }

        return type.ToString();
    }

    public static bool IsUsable(WorkflowDefinition definition) => (definition.Json["options"] as JsonObject)?["usableAsActivity"] is JsonValue v && v.GetValueKind() == System.Text.Json.JsonValueKind.True;

    public static ActivityDescriptor Of(Compilation run, WorkflowDefinition definition, int version)
    {
        var json = definition.Json;
        var name = definition.Name is { Length: > 0 } given ? given : definition.DefinitionId ?? "";
        var category = DefinitionJson.Text((json["options"] as JsonObject)?["activityCategory"]) is { Length: > 0 } chosen ? chosen : "Workflows";
        var outcomes = (json["outcomes"] as JsonArray ?? []).Select(DefinitionJson.Text).OfType<string>().Where(o => o.Length > 0).ToArray();
        return ActivityDescriptor.Create(TypeName(name), category, definition.Description ?? "")
            .WithOutcomes(outcomes.Length == 0 ? [] : [.. outcomes.Append("Done").Distinct()]) with
        {
            Version = version,
            DisplayName = name,
            Inputs = [.. Declarations.Inputs(run, json["inputs"]).Select(i => new InputDescriptor(i.Name, TypeAlias.Of(i.Type, i.IsArray), i.Description, DisplayName: i.DisplayName ?? i.Name))],
            Outputs = [.. Declarations.Outputs(run, json["outputs"]).Select(o => new OutputDescriptor(o.Name, TypeAlias.Of(o.Type, o.IsArray), o.Description, o.Name))],
        };
    }
}
