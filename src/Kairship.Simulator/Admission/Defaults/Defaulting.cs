using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Fills in what a real API server fills in, as far as clients can notice.</summary>
internal static class Defaulting
{
    public static void Apply(ResourceType type, JsonObject obj)
    {
        if (type.CustomSchema is { } custom)
        {
            Custom(obj, CustomSchemas.Of(custom));
            return;
        }
        switch (type.Group, type.Plural)
        {
            case ("", "pods"):
                if (obj["spec"] is JsonObject pod)
                {
                    PodDefaults.Apply(pod);
                    PodDefaults.StandAlone(pod);
                }
                break;
            case ("", "services"):
                ServiceDefaults.Apply(obj);
                break;
            case ("", "replicationcontrollers") or ("apps" or "batch", _):
                WorkloadDefaults.Apply(type, obj);
                break;
            default:
                OtherDefaults.Apply(type, obj);
                break;
        }
    }

    /// <summary>Sets a field that is missing.</summary>
    public static void Set(JsonObject obj, string name, JsonNode value)
    {
        if (obj[name] is null)
            obj[name] = value;
    }

    static void Custom(JsonObject obj, SchemaNode schema)
    {
        if (schema.Kind == SchemaKind.Struct)
        {
            foreach (var (name, field) in schema.Fields)
            {
                if (field.Default is { } preset && !obj.ContainsKey(name))
                    obj[name] = JsonTree.CopyNode(preset);
            }
        }
        foreach (var (name, value) in obj)
            CustomNode(value, schema.Field(name));
    }

    static void CustomNode(JsonNode? node, SchemaNode schema)
    {
        if (node is JsonObject obj)
        {
            Custom(obj, schema);
        }
        else if (node is JsonArray array && schema.Element is { } element)
        {
            foreach (var item in array)
                CustomNode(item, element);
        }
    }
}
