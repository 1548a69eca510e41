using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Schema;

/// <summary>Schemas of custom resources, built from the openAPIV3Schema of their definition.</summary>
internal static class CustomSchemas
{
    // Definitions are snapshots that nobody mutates: a changed definition is another object.
    static readonly ConditionalWeakTable<JsonObject, SchemaNode> Built = [];

    public static SchemaNode Of(JsonObject openApiSchema) => Built.GetValue(openApiSchema, Root);

    /// <summary>One place inside of a schema.</summary>
    public static SchemaNode Part(JsonObject schema) => Node(schema);

    static SchemaNode Root(JsonObject schema)
    {
        var root = Node(schema);
        if (root.Kind != SchemaKind.Struct)
            root = new SchemaNode(SchemaKind.Struct) { PreserveUnknown = true };
        root.Fields = new Dictionary<string, SchemaNode>(root.Fields)
        {
            ["apiVersion"] = new(SchemaKind.String),
            ["kind"] = new(SchemaKind.String),
            ["metadata"] = BuiltInSchemas.ObjectMeta,
        };
        return root;
    }

    static SchemaNode Node(JsonObject schema)
    {
        var preserve = schema["x-kubernetes-preserve-unknown-fields"] is JsonValue flag && flag.GetValue<bool>();
        if (schema["x-kubernetes-int-or-string"] is JsonValue either && either.GetValue<bool>())
            return Leaf(SchemaKind.IntOrString, schema);
        if (IsTrue(schema["x-kubernetes-embedded-resource"]) && !preserve)
            return Embedded(schema);
        switch (JsonTree.Text(schema["type"]))
        {
            case "object" when schema["properties"] is JsonObject properties:
                return new SchemaNode(SchemaKind.Struct)
                {
                    Fields = properties.Where(p => p.Value is JsonObject).ToDictionary(p => p.Key, p => Node(p.Value!.AsObject())),
                    PreserveUnknown = preserve,
                    Atomic = JsonTree.Text(schema["x-kubernetes-map-type"]) == "atomic",
                    Default = schema["default"],
                    Custom = schema,
                };
            case "object" when schema["additionalProperties"] is JsonObject element:
                return new SchemaNode(SchemaKind.Map)
                {
                    Element = Node(element),
                    Atomic = JsonTree.Text(schema["x-kubernetes-map-type"]) == "atomic",
                    Default = schema["default"],
                    Custom = schema,
                };
            case "object" when preserve || schema["additionalProperties"] is not null:
                return Leaf(SchemaKind.Any, schema);
            case "object":
                return new SchemaNode(SchemaKind.Struct) { Default = schema["default"], Custom = schema };
            case "array":
                return ListNode(schema);
            case "string":
                return Leaf(SchemaKind.String, schema);
            case "integer":
                return Leaf(SchemaKind.Integer, schema);
            case "number":
                return Leaf(SchemaKind.Number, schema);
            case "boolean":
                return Leaf(SchemaKind.Boolean, schema);
            default:
                return Leaf(SchemaKind.Any, schema);
        }
    }

    // An object inside of an object always has a kind and metadata.
    static SchemaNode Embedded(JsonObject schema)
    {
        var fields = (schema["properties"] as JsonObject ?? []).Where(p => p.Value is JsonObject).ToDictionary(p => p.Key, p => Node(p.Value!.AsObject()));
        fields.TryAdd("apiVersion", new SchemaNode(SchemaKind.String));
        fields.TryAdd("kind", new SchemaNode(SchemaKind.String));
        fields["metadata"] = BuiltInSchemas.ObjectMeta;
        return new SchemaNode(SchemaKind.Struct) { Fields = fields, Default = schema["default"], Custom = schema };
    }

    static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    static SchemaNode ListNode(JsonObject schema)
    {
        var keys = schema["x-kubernetes-list-map-keys"] is JsonArray names ? names.Select(n => n!.GetValue<string>()).ToArray() : [];
        var type = JsonTree.Text(schema["x-kubernetes-list-type"]);
        return new SchemaNode(SchemaKind.List)
        {
            Element = schema["items"] is JsonObject items ? Node(items) : SchemaNode.Any,
            Keys = type == "map" ? keys : [],
            IsSet = type == "set",
            Atomic = type is not ("map" or "set"),
            Default = schema["default"],
            Custom = schema,
        };
    }

    static SchemaNode Leaf(SchemaKind kind, JsonObject schema) => new(kind) { Default = schema["default"], Custom = schema };
}
