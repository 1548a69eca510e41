using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Api.Discovery;

/// <summary>
/// OpenAPI v3, one document a group and version, as kubectl needs it: the write operations with their parameters and media types, and the schemas with
/// merge keys. Generated from the same schemas that requests are checked against. Descriptions are left out.
/// </summary>
internal static class OpenApiDocuments
{
    const string Prefix = "#/components/schemas/";

    /// <summary>The index: a path for each group and version.</summary>
    public static JsonObject Index(IReadOnlyList<ResourceType> types, long revision)
    {
        var paths = new JsonObject();
        foreach (var (root, _) in Roots(types))
            paths[root] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{root}?hash={revision}" };
        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of <c>api/v1</c> or <c>apis/GROUP/VERSION</c>; null when it is not served.</summary>
    public static JsonObject? Document(string root, IReadOnlyList<ResourceType> types, string version)
    {
        var served = Roots(types).FirstOrDefault(r => r.Root == root).Types;
        if (served is null)
            return null;
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (var type in served)
        {
            schemas[SchemaName(type)] = Kind(type, schemas);
            var collection = $"/{root}/{(type.Namespaced ? "namespaces/{namespace}/" : "")}{type.Plural}";
            paths[collection] = new JsonObject { ["get"] = Operation(type, "list"), ["post"] = Operation(type, "post") };
            paths[collection + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(type, "get"),
                ["put"] = Operation(type, "put"),
                ["patch"] = Operation(type, "patch"),
                ["delete"] = Operation(type, "delete"),
            };
        }
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = version },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    /// <summary>The documents of all groups and versions.</summary>
    public static IEnumerable<JsonObject> All(IReadOnlyList<ResourceType> types, string version) =>
        Roots(types).Select(r => Document(r.Root, types, version)!);

    static IEnumerable<(string Root, List<ResourceType> Types)> Roots(IReadOnlyList<ResourceType> types) =>
        types.GroupBy(t => t.Group.Length == 0 ? $"api/{t.Version}" : $"apis/{t.Group}/{t.Version}").Select(g => (g.Key, g.ToList()));

    static JsonObject Operation(ResourceType type, string action)
    {
        var parameters = new JsonArray();
        if (action is "post" or "put" or "patch")
        {
            foreach (var name in (ReadOnlySpan<string>)["dryRun", "fieldManager", "fieldValidation"])
                parameters.Add(new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true } });
        }
        if (action == "patch")
            parameters.Add(new JsonObject { ["name"] = "force", ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "boolean", ["uniqueItems"] = true } });
        var operation = new JsonObject
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = GroupVersionKind(type),
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(SchemaName(type)) } },
                },
            },
        };
        if (action is "post" or "put" or "patch")
        {
            var content = new JsonObject();
            foreach (var media in Media(type, action))
                content[media] = new JsonObject { ["schema"] = Reference(SchemaName(type)) };
            operation["requestBody"] = new JsonObject { ["content"] = content, ["required"] = true };
        }
        return operation;
    }

    static string[] Media(ResourceType type, string action) => action switch
    {
        "patch" when type.CustomSchema is not null => ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"],
        "patch" => ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"],
        _ => ["application/json", "application/yaml"],
    };

    static JsonObject Kind(ResourceType type, JsonObject schemas)
    {
        var schema = type.CustomSchema is { } custom ? custom.DeepClone().AsObject() : Struct(Schemas.Of(type), schemas);
        if (type.CustomSchema is not null)
        {
            AddType("V1ObjectMeta", schemas);
            var properties = JsonTree.Child(schema, "properties");
            properties["apiVersion"] = new JsonObject { ["type"] = "string" };
            properties["kind"] = new JsonObject { ["type"] = "string" };
            properties["metadata"] = Reference("V1ObjectMeta");
        }
        schema["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(type));
        return schema;
    }

    static string SchemaName(ResourceType type) =>
        BuiltInSchemas.TypeOf(type.ApiVersion, type.Kind) ?? $"{string.Join('.', type.Group.Split('.').Reverse())}.{type.Version}.{type.Kind}";

    static JsonObject GroupVersionKind(ResourceType type) => new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };

    static void AddType(string name, JsonObject schemas)
    {
        if (schemas.ContainsKey(name))
            return;
        schemas[name] = new JsonObject();
        schemas[name] = Struct(BuiltInSchemas.All[name], schemas);
    }

    static JsonObject Struct(SchemaNode node, JsonObject schemas)
    {
        var properties = new JsonObject();
        foreach (var (name, field) in node.Fields)
        {
            properties[name] = Property(field, schemas);
            if (node.RetainsKeys.Contains(name))
                properties[name]!["x-kubernetes-patch-strategy"] = "retainKeys";
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (node.Atomic)
            schema["x-kubernetes-map-type"] = "atomic";
        return schema;
    }

    static JsonObject Property(SchemaNode node, JsonObject schemas)
    {
        switch (node.Kind)
        {
            case SchemaKind.Struct when node.TypeName is { } name:
                AddType(name, schemas);
                // A reference has no siblings in OpenAPI 3.0; allOf is how Kubernetes adds to it.
                return new JsonObject { ["allOf"] = new JsonArray(Reference(name)), ["default"] = new JsonObject() };
            case SchemaKind.Map:
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = Property(node.Element!, schemas) };
            case SchemaKind.List:
                return List(node, schemas);
            case SchemaKind.Integer:
                return new JsonObject { ["type"] = "integer", ["format"] = "int64" };
            case SchemaKind.Number:
                return new JsonObject { ["type"] = "number", ["format"] = "double" };
            case SchemaKind.Boolean:
                return new JsonObject { ["type"] = "boolean" };
            case SchemaKind.Time:
                return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
            case SchemaKind.Bytes:
                return new JsonObject { ["type"] = "string", ["format"] = "byte" };
            case SchemaKind.IntOrString:
                return new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }), ["format"] = "int-or-string" };
            case SchemaKind.Any:
                return [];
            default:
                return new JsonObject { ["type"] = "string" };
        }
    }

    static JsonObject List(SchemaNode node, JsonObject schemas)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Property(node.Element!, schemas) };
        list["x-kubernetes-list-type"] = node.Keys.Count > 0 ? "map" : node.IsSet ? "set" : "atomic";
        if (node.Keys.Count > 0)
            list["x-kubernetes-list-map-keys"] = new JsonArray([.. node.Keys.Select(k => (JsonNode)k)]);
        if (node.PatchKey is { } key)
            list["x-kubernetes-patch-merge-key"] = key;
        if (node.PatchStrategy is { } strategy)
            list["x-kubernetes-patch-strategy"] = strategy;
        return list;
    }

    static JsonObject Reference(string name) => new() { ["$ref"] = Prefix + name };
}
