using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Discovery;

/// <summary>The OpenAPI v2 document as the protobuf message that kubectl asks for. Field numbers: gnostic's OpenAPIv2.proto.</summary>
internal static class OpenApiV2Protobuf
{
    public const string Media = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    // Documents are built once for each list of kinds.
    static readonly ConditionalWeakTable<JsonObject, byte[]> Written = [];

    public static bool IsWanted(string accept) => accept.Contains("com.github.proto-openapi.spec.v2", StringComparison.Ordinal);

    public static byte[] Of(JsonObject document) => Written.GetValue(document, Write);

    static byte[] Write(JsonObject document)
    {
        var writer = new ProtobufWriter();
        writer.Text(1, JsonTree.Text(document["swagger"]));
        writer.Message(2, info =>
        {
            info.Text(1, JsonTree.Text(document["info"]!["title"]));
            info.Text(2, JsonTree.Text(document["info"]!["version"]));
        });
        writer.Message(8, paths => Named(paths, 2, document["paths"], PathItem));
        writer.Message(9, definitions => Named(definitions, 1, document["definitions"], Schema));
        return writer.ToArray();
    }

    static void PathItem(ProtobufWriter writer, JsonObject item)
    {
        foreach (var (verb, number) in (ReadOnlySpan<(string, int)>)[("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)])
        {
            if (item[verb] is JsonObject operation)
                writer.Message(number, w => Operation(w, operation));
        }
        Parameters(writer, 9, item["parameters"]);
    }

    static void Operation(ProtobufWriter writer, JsonObject operation)
    {
        Texts(writer, 6, operation["produces"]);
        Texts(writer, 7, operation["consumes"]);
        Parameters(writer, 8, operation["parameters"]);
        writer.Message(9, responses => Named(responses, 1, operation["responses"], (w, r) => w.Message(1, response => Response(response, r))));
        Extensions(writer, 13, operation);
    }

    static void Response(ProtobufWriter writer, JsonObject response)
    {
        writer.Text(1, JsonTree.Text(response["description"]));
        if (response["schema"] is JsonObject schema)
            writer.Message(2, item => item.Message(1, w => Schema(w, schema)));
    }

    static void Parameters(ProtobufWriter writer, int number, JsonNode? parameters)
    {
        foreach (var parameter in (parameters as JsonArray ?? []).OfType<JsonObject>())
            writer.Message(number, item => item.Message(1, w => Parameter(w, parameter)));
    }

    // A body parameter is one case of Parameter; the others lie one level deeper, query and path each with numbers of their own.
    static void Parameter(ProtobufWriter writer, JsonObject parameter)
    {
        if (parameter["schema"] is JsonObject schema)
        {
            writer.Message(1, body =>
            {
                body.Text(2, JsonTree.Text(parameter["name"]));
                body.Text(3, JsonTree.Text(parameter["in"]));
                body.Flag(4, true);
                body.Message(5, w => Schema(w, schema));
            });
            return;
        }
        var isPath = JsonTree.Text(parameter["in"]) == "path";
        writer.Message(2, other => other.Message(isPath ? 4 : 3, w =>
        {
            w.Flag(1, isPath);
            w.Text(2, JsonTree.Text(parameter["in"]));
            w.Text(4, JsonTree.Text(parameter["name"]));
            w.Text(isPath ? 5 : 6, JsonTree.Text(parameter["type"]));
            w.Flag(isPath ? 19 : 20, true);
        }));
    }

    static void Schema(ProtobufWriter writer, JsonObject schema)
    {
        Scalars(writer, schema);
        Texts(writer, 19, schema["required"]);
        foreach (var value in schema["enum"] as JsonArray ?? [])
            writer.Message(20, any => Any(any, value));
        if (schema["additionalProperties"] is JsonObject values)
            writer.Message(21, item => item.Message(1, w => Schema(w, values)));
        else if (schema["additionalProperties"] is JsonValue allowed)
            writer.Message(21, item => item.Integer(2, allowed.GetValue<bool>() ? 1 : 0));
        if (JsonTree.Text(schema["type"]) is { Length: > 0 } type)
            writer.Message(22, w => w.Element(1, type));
        if (schema["items"] is JsonObject items)
            writer.Message(23, item => item.Message(1, w => Schema(w, items)));
        if (schema["properties"] is JsonObject properties)
            writer.Message(25, w => Named(w, 1, properties, Schema));
        Extensions(writer, 31, schema);
    }

    static void Scalars(ProtobufWriter writer, JsonObject schema)
    {
        foreach (var (name, number) in (ReadOnlySpan<(string, int)>)[("$ref", 1), ("format", 2), ("title", 3), ("description", 4), ("pattern", 13)])
            writer.Text(number, JsonTree.Text(schema[name]));
        foreach (var (name, number) in (ReadOnlySpan<(string, int)>)[("multipleOf", 6), ("maximum", 7), ("minimum", 9)])
        {
            if (schema[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
                writer.Real(number, double.Parse(value.ToJsonString()));
        }
        foreach (var (name, number) in (ReadOnlySpan<(string, int)>)[("exclusiveMaximum", 8), ("exclusiveMinimum", 10), ("uniqueItems", 16)])
            writer.Flag(number, schema[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag);
        foreach (var (name, number) in (ReadOnlySpan<(string, int)>)[("maxLength", 11), ("minLength", 12), ("maxItems", 14), ("minItems", 15), ("maxProperties", 17), ("minProperties", 18)])
        {
            if (JsonTree.Number(schema[name]) is { } value)
                writer.Integer(number, value);
        }
    }

    static void Extensions(ProtobufWriter writer, int number, JsonObject from)
    {
        foreach (var (name, value) in from.Where(p => p.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            writer.Message(number, named =>
            {
                named.Text(1, name);
                named.Message(2, any => Any(any, value));
            });
        }
    }

    // JSON is YAML.
    static void Any(ProtobufWriter writer, JsonNode? value) => writer.Text(2, value?.ToJsonString() ?? "null");

    static void Texts(ProtobufWriter writer, int number, JsonNode? texts)
    {
        foreach (var text in texts as JsonArray ?? [])
            writer.Element(number, JsonTree.Text(text) ?? "");
    }

    static void Named(ProtobufWriter writer, int number, JsonNode? map, Action<ProtobufWriter, JsonObject> value)
    {
        foreach (var (name, item) in map as JsonObject ?? [])
        {
            writer.Message(number, named =>
            {
                named.Text(1, name);
                named.Message(2, w => value(w, item!.AsObject()));
            });
        }
    }
}
