using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>Elsa's definition JSON as a tree: names brought to camelCase where they belong to the format, activities found, the canonical form hashed.</summary>
internal static class DefinitionJson
{
    public const string WorkflowNodeId = "Workflow1";

    // An activity in a list costs three levels (list, activity, input); 64 nested activities with their expressions stay below this.
    private static readonly JsonDocumentOptions Document = new()
    {
        AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 512,
    };

    // Names of the format that camelCase alone would not find again when they come in another case ("TYPENAME").
    private static readonly Dictionary<string, string> Names = new[]
    {
        "id", "definitionId", "name", "description", "createdAt", "version", "toolVersion", "variables", "inputs", "outputs", "outcomes", "customProperties",
        "isReadonly", "isSystem", "isLatest", "isPublished", "options", "root", "links", "typeName", "isArray", "value", "storageDriverTypeName", "type",
        "displayName", "category", "uiHint", "storageDriverType", "defaultValue", "nodeId", "metadata", "expression", "memoryReference", "activities",
        "connections", "start", "source", "target", "activity", "port", "sourcePort", "targetPort", "vertices", "label", "condition",
    }.ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    // The designer adds these when it saves what it was given without them.
    private static readonly HashSet<string> Flags = ["isArray", "isReadonly", "isSystem"];
    private static readonly HashSet<string> NotContent = ["$schema", "id", "version", "createdAt", "isLatest", "isPublished", "toolVersion", "links"];

    /// <exception cref="JsonException">It is not JSON, or a name is there twice.</exception>
    public static JsonNode? Parse(string json) => WellFormedJson.Checked(JsonNode.Parse(json, documentOptions: Document), json.Contains("\\ud", StringComparison.OrdinalIgnoreCase));

    /// <summary>A property by its name in any case, or null.</summary>
    public static JsonNode? Find(JsonObject o, string name) =>
        o.TryGetPropertyValue(name, out var exact) ? exact : o.FirstOrDefault(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>An activity by its looks: types of activities have a namespace ("Elsa.Delay"), those of expressions have none ("Literal"); workflows used as activities
    /// have none either, but an id and a version.</summary>
    public static bool IsActivity(JsonNode? node) =>
        node is JsonObject o && Text(Find(o, "type")) is { } type
        && (type.Contains('.', StringComparison.Ordinal) || Find(o, "nodeId") is not null || Find(o, "id") is not null && Find(o, "version") is not null)
        && Find(o, "expression") is null;

    /// <summary>Gives definition-level properties, activities, inputs and expressions their camelCase names, in place.</summary>
    public static JsonObject Normalise(JsonObject definition)
    {
        LowerNames(definition);
        foreach (var list in new[] { "variables", "inputs", "outputs" })
        {
            LowerItems(definition[list]);
        }

        if (definition["root"] is JsonObject root)
        {
            NormaliseActivity(root);
        }

        return definition;
    }

    /// <summary>Writes every activity's path from the root into its nodeId.</summary>
    public static void WriteNodeIds(JsonObject definition)
    {
        if (definition["root"] is JsonObject root)
        {
            WriteNodeId(root, WorkflowNodeId);
        }
    }

    /// <summary>Lower-case hex SHA-256 over the canonical form: sorted names, no nulls, nothing that a save changes by itself.</summary>
    public static string Hash(JsonObject definition)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteCanonical(writer, definition, level: 0);
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    public static bool IsText(JsonNode? node) => node is JsonValue && node.GetValueKind() == JsonValueKind.String;

    public static string? Text(JsonNode? node) => IsText(node) ? node!.GetValue<string>() : null;

    /// <summary>Activities right below this one, with the name of the property that holds them: a single one, lists of them, and those of a switch's cases.</summary>
    public static IEnumerable<(string Property, JsonObject Activity)> Children(JsonObject activity)
    {
        foreach (var (name, value) in activity)
        {
            if (IsActivity(value))
            {
                yield return (name, (JsonObject)value!);
            }
            else if (value is JsonArray items)
            {
                foreach (var item in items)
                {
                    if (IsActivity(item))
                    {
                        yield return (name, (JsonObject)item!);
                    }
                    else if (item is JsonObject o && IsActivity(Find(o, "activity")))
                    {
                        yield return (name, (JsonObject)Find(o, "activity")!);
                    }
                }
            }
        }
    }

    /// <summary>Gives an activity and all inside it camelCase names, in place.</summary>
    public static JsonObject NormaliseActivity(JsonObject activity)
    {
        LowerNames(activity);
        LowerItems(activity["variables"]);
        foreach (var (name, value) in activity.ToArray())
        {
            if (name is "metadata" or "customProperties" or "variables")
            {
                continue;
            }

            if (value is JsonObject o && !IsActivity(o))
            {
                LowerInput(o);
            }
            else if (value is JsonArray items)
            {
                foreach (var item in items.OfType<JsonObject>().Where(item => !IsActivity(item)))
                {
                    LowerListItem(item);
                }
            }
        }

        foreach (var (_, child) in Children(activity).ToArray())
        {
            NormaliseActivity(child);
        }

        return activity;
    }

    private static void LowerInput(JsonObject input)
    {
        if (Find(input, "expression") is not null || Find(input, "typeName") is not null || Find(input, "memoryReference") is not null)
        {
            LowerNames(input);
            LowerItem(input["expression"]);
            LowerItem(input["memoryReference"]);
        }
    }

    /// <summary>A connection or the case of a switch; anything else is left as it is.</summary>
    private static void LowerListItem(JsonObject item)
    {
        if (Find(item, "source") is not null && Find(item, "target") is not null || Find(item, "condition") is not null)
        {
            LowerNames(item);
            LowerItem(item["source"]);
            LowerItem(item["target"]);
            LowerItem(item["condition"]);
        }
    }

    private static void LowerItems(JsonNode? list)
    {
        foreach (var item in list as JsonArray ?? [])
        {
            LowerItem(item);
        }
    }

    private static void LowerItem(JsonNode? node)
    {
        if (node is JsonObject o)
        {
            LowerNames(o);
        }
    }

    private static void LowerNames(JsonObject o)
    {
        if (o.All(p => FormatName(p.Key) == p.Key))
        {
            return;
        }

        var properties = o.ToArray();
        o.Clear();
        foreach (var (name, value) in properties)
        {
            o.Add(FormatName(name), value);
        }
    }

    private static string FormatName(string name) => Names.TryGetValue(name, out var known) ? known : JsonNamingPolicy.CamelCase.ConvertName(name);

    private static void WriteNodeId(JsonObject activity, string parent)
    {
        var nodeId = $"{parent}:{Text(activity["id"])}";
        if (Text(activity["nodeId"]) != nodeId)
        {
            activity["nodeId"] = nodeId;
        }

        foreach (var (_, child) in Children(activity).ToArray())
        {
            WriteNodeId(child, nodeId);
        }
    }

    private static void WriteCanonical(Utf8JsonWriter writer, JsonNode? node, int level)
    {
        switch (node)
        {
            case JsonObject o:
                writer.WriteStartObject();
                foreach (var (name, value) in o.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    if (value is not null && !(Flags.Contains(name) && value.GetValueKind() == JsonValueKind.False) && !(level == 0 ? NotContent.Contains(name) : name == "nodeId" && o.ContainsKey("type")))
                    {
                        writer.WritePropertyName(name);
                        WriteCanonical(writer, value, level + 1);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    WriteCanonical(writer, item, level + 1);
                }

                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
