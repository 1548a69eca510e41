using System.Text;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>Activity descriptors as the JSON that Elsa Studio draws its toolbox and its forms from.</summary>
public static class DescriptorJson
{
    /// <summary>The answer to <c>GET /descriptors/activities</c>: <c>{items, count}</c>, sorted by type name.</summary>
    public static JsonObject WriteAll(IEnumerable<ActivityDescriptor> descriptors)
    {
        var items = new JsonArray([.. descriptors.OrderBy(d => d.TypeName, StringComparer.Ordinal).Select(Write)]);
        return new JsonObject { ["items"] = items, ["count"] = items.Count };
    }

    /// <summary>One descriptor. CLR types are left out: Studio does without them.</summary>
    public static JsonObject Write(ActivityDescriptor descriptor) => new()
    {
        ["typeName"] = descriptor.TypeName,
        ["namespace"] = descriptor.Namespace,
        ["name"] = descriptor.Name,
        ["version"] = descriptor.Version,
        ["category"] = descriptor.Category,
        ["displayName"] = descriptor.DisplayName ?? Words(descriptor.Name),
        ["description"] = descriptor.Description,
        ["inputs"] = new JsonArray([.. descriptor.Inputs.Select(input => Input(descriptor, input))]),
        ["outputs"] = new JsonArray([.. descriptor.Outputs.Select(Output)]),
        ["kind"] = descriptor.Kind.ToString(),
        ["runAsynchronously"] = descriptor.RunAsynchronously,
        ["ports"] = new JsonArray([.. descriptor.Ports.Where(IsShown).Select(Port)]),
        ["customProperties"] = descriptor.Workflow is { } workflow ? Workflow(workflow) : new JsonObject(),
        ["constructionProperties"] = descriptor.Workflow is { } made ? Construction(made) : new JsonObject(),
        ["isContainer"] = descriptor.IsContainer,
        ["isBrowsable"] = descriptor.IsBrowsable,
        ["isStart"] = descriptor.IsStart,
        ["isTerminal"] = descriptor.IsTerminal,
    };

    // In the case in which Elsa writes the keys of its dictionaries.
    private static JsonObject Workflow(WorkflowReference workflow) => new()
    {
        ["RootType"] = "WorkflowDefinitionActivity",
        ["WorkflowDefinitionId"] = workflow.DefinitionId,
        ["WorkflowDefinitionVersionId"] = workflow.VersionId,
    };

    private static JsonObject Construction(WorkflowReference workflow) => new()
    {
        ["WorkflowDefinitionId"] = workflow.DefinitionId,
        ["WorkflowDefinitionVersionId"] = workflow.VersionId,
        ["LatestAvailablePublishedVersion"] = workflow.Version,
        ["LatestAvailablePublishedVersionId"] = workflow.VersionId,
    };

    private static JsonObject Input(ActivityDescriptor activity, InputDescriptor input)
    {
        var json = new JsonObject { ["isWrapped"] = input.IsWrapped, ["uiHint"] = input.UIHint };
        Set(json, "category", input.Category);
        if (input.DefaultValue is { } given)
        {
            json["defaultValue"] = TypedValue.Convert(JsonValue.Create(given), input.TypeName)?.DeepClone();
        }

        json["isReadOnly"] = false;
        json["isSensitive"] = input.IsSensitive;
        json["isRequired"] = input.IsRequired;
        json["autoEvaluate"] = true;
        json["uiSpecifications"] = Specifications(activity, input);
        if (FlowchartSemantics.RunsScript(activity) && input.UIHint == "code-editor")
        {
            json["defaultSyntax"] = "JavaScript";
        }

        json["name"] = input.Name;
        json["typeName"] = input.TypeName;
        json["displayName"] = input.DisplayName ?? Words(input.Name);
        Set(json, "description", input.Description);
        json["order"] = input.Order;
        json["isBrowsable"] = true;
        json["isSerializable"] = true;
        json["isSynthetic"] = false;
        return json;
    }

    /// <summary>What a form needs to know of a list of choices, each with what is shown and what is stored.</summary>
    /// <param name="live">Whether the form is to ask again whenever it is opened.</param>
    public static JsonObject Choices(string uiHint, IEnumerable<(string Text, string Value)> choices, bool live)
    {
        var items = new JsonArray([.. choices.Select(c => new JsonObject { ["text"] = c.Text, ["value"] = c.Value })]);
        var list = uiHint switch
        {
            "checklist" => new JsonObject { ["checkList"] = new JsonObject { ["items"] = items, ["isFlagsEnum"] = false } },
            "radiolist" => new JsonObject { ["radioList"] = new JsonObject { ["items"] = items } },
            _ => new JsonObject { ["selectList"] = new JsonObject { ["items"] = items } },
        };
        var specifications = new JsonObject { [uiHint] = list };
        if (live)
        {
            specifications["Refresh"] = true;
        }

        return specifications;
    }

    /// <summary>The same, as the descriptor itself says it.</summary>
    public static JsonObject Specifications(ActivityDescriptor activity, InputDescriptor input)
    {
        if (input.Options is not null || input.LiveOptions is not null)
        {
            return Choices(input.UIHint, (input.Options ?? []).Select(o => (o, o)), input.LiveOptions is not null);
        }

        return input.UIHint switch
        {
            "code-editor" => CodeEditor(input.Language ?? (FlowchartSemantics.RunsScript(activity) ? "javascript" : "yaml")),
            "json-editor" => CodeEditor("json"),
            _ => [],
        };
    }

    private static JsonObject CodeEditor(string language) => new() { ["code-editor"] = new JsonObject { ["language"] = language } };

    private static JsonObject Output(OutputDescriptor output)
    {
        var json = new JsonObject { ["name"] = output.Name, ["typeName"] = output.TypeName, ["displayName"] = output.DisplayName ?? Words(output.Name) };
        Set(json, "description", output.Description);
        json["order"] = 0;
        json["isBrowsable"] = true;
        json["isSerializable"] = true;
        json["isSynthetic"] = false;
        return json;
    }

    /// <summary>The lists of containers are no ports to Studio.</summary>
    private static bool IsShown(PortDescriptor port) => port.Type == PortType.Flow || port.IsBrowsable || port.Name is not ("Activities" or "Branches");

    private static JsonObject Port(PortDescriptor port) => new()
    {
        ["name"] = port.Name,
        ["displayName"] = port.DisplayName ?? port.Name,
        ["type"] = port.Type.ToString(),
        ["isBrowsable"] = port.IsBrowsable,
    };

    private static void Set(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    /// <summary>"CorrelationId" as "Correlation Id".</summary>
    private static string Words(string name)
    {
        var words = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || i + 1 < name.Length && char.IsLower(name[i + 1])))
            {
                words.Append(' ');
            }

            words.Append(name[i]);
        }

        return words.ToString();
    }
}
