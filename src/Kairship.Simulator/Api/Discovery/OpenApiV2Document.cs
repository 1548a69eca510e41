using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Discovery;

/// <summary>
/// OpenAPI v2, one document of everything: what kubectl before 1.27 validates, explains and patches with. It says what the v3 documents say, less what
/// v2 has no word for (alternatives, null, defaults beside references).
/// </summary>
internal static class OpenApiV2Document
{
    const string Old = "#/components/schemas/";
    const string New = "#/definitions/";

    // The list of served kinds is another object as soon as a definition changes.
    static readonly ConditionalWeakTable<IReadOnlyList<ResourceType>, JsonObject> Built = [];

    public static JsonObject Of(IReadOnlyList<ResourceType> types, string version) => Built.GetValue(types, t => Build(t, version));

    static JsonObject Build(IReadOnlyList<ResourceType> types, string version)
    {
        var (paths, definitions) = (new JsonObject(), new JsonObject());
        foreach (var document in OpenApiDocuments.All(types, version))
        {
            foreach (var (path, item) in document["paths"]!.AsObject())
                paths[path] = PathItem(path, item!.AsObject());
            foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
                definitions[name] ??= Schema(schema!.AsObject());
        }
        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = version },
            ["paths"] = paths,
            ["definitions"] = definitions,
        };
    }

    static JsonObject PathItem(string path, JsonObject operations)
    {
        var item = new JsonObject();
        foreach (var (verb, operation) in operations)
            item[verb] = Operation(operation!.AsObject());
        var parameters = new JsonArray();
        foreach (var name in (ReadOnlySpan<string>)["namespace", "name"])
        {
            if (path.Contains($"{{{name}}}", StringComparison.Ordinal))
                parameters.Add(new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true, ["type"] = "string", ["uniqueItems"] = true });
        }
        item["parameters"] = parameters;
        return item;
    }

    static JsonObject Operation(JsonObject operation)
    {
        var old = operation["responses"]!["200"]!.AsObject();
        var result = new JsonObject { ["produces"] = new JsonArray("application/json") };
        var parameters = new JsonArray();
        if (operation["requestBody"]?["content"] is JsonObject content)
        {
            result["consumes"] = new JsonArray([.. content.Select(c => (JsonNode)c.Key)]);
            parameters.Add(new JsonObject { ["name"] = "body", ["in"] = "body", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "object" } });
        }
        foreach (var parameter in operation["parameters"]!.AsArray().OfType<JsonObject>())
        {
            parameters.Add(new JsonObject
            {
                ["name"] = parameter["name"]!.DeepClone(),
                ["in"] = parameter["in"]!.DeepClone(),
                ["type"] = parameter["schema"]!["type"]!.DeepClone(),
                ["uniqueItems"] = true,
            });
        }
        result["parameters"] = parameters;
        result["responses"] = new JsonObject
        {
            ["200"] = new JsonObject { ["description"] = "OK", ["schema"] = Schema(old["content"]!["application/json"]!["schema"]!.AsObject()) },
        };
        foreach (var (name, value) in operation.Where(p => p.Key.StartsWith("x-", StringComparison.Ordinal)))
            result[name] = value!.DeepClone();
        return result;
    }

    static JsonObject Schema(JsonObject schema)
    {
        var result = new JsonObject();
        // Clients of v2 would refuse what such places take.
        var free = IsTrue(schema["nullable"]) || IsTrue(schema["x-kubernetes-int-or-string"]) || IsTrue(schema["x-kubernetes-preserve-unknown-fields"]);
        foreach (var (name, value) in schema)
        {
            if (name is "oneOf" or "anyOf" or "not" or "nullable" or "default" || value is null)
                continue;
            if (name == "allOf")
                Reference(result, value.AsArray());
            else if (name == "$ref")
                result[name] = JsonTree.Text(value)!.Replace(Old, New, StringComparison.Ordinal);
            else if (!free || name is not ("type" or "properties" or "items" or "additionalProperties" or "required"))
                result[name] = Part(name, value);
        }
        if (JsonTree.Text(schema["format"]) == "int-or-string")
            result["type"] = "string";
        return result;
    }

    static JsonNode Part(string name, JsonNode value) => (name, value) switch
    {
        ("properties", JsonObject properties) => new JsonObject(properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Schema(p.Value!.AsObject())))),
        ("items" or "additionalProperties", JsonObject child) => Schema(child),
        _ => value.DeepClone(),
    };

    static void Reference(JsonObject result, JsonArray parts)
    {
        if (parts is [JsonObject only] && JsonTree.Text(only["$ref"]) is { } target)
            result["$ref"] = target.Replace(Old, New, StringComparison.Ordinal);
    }

    static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
