using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Tables;

/// <summary>Objects as a meta.k8s.io/v1 Table, which kubectl prints.</summary>
internal static class TableAnswer
{
    public static JsonObject Of(ApiCall call, IReadOnlyList<JsonObject> objects, JsonObject meta, TimeProvider clock, bool withColumns = true)
    {
        var columns = TableColumns.Of(call.Type);
        var include = call.Query["includeObject"].ToString();
        if (include is not ("" or "None" or "Metadata" or "Object"))
            throw ApiException.BadRequest(
                $"Unable to convert to Table as requested: includeObject: Invalid value: \"{include}\": must be 'Metadata', 'Object', 'None', or empty");
        var rows = objects.Select(obj =>
        {
            var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(c => c.Cell(obj, clock.GetUtcNow()))]) };
            if (include == "Object")
                row["object"] = obj.DeepClone();
            else if (include != "None")
                row["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = obj["metadata"]!.DeepClone() };
            return (JsonNode)row;
        });
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = meta,
            ["columnDefinitions"] = !withColumns ? null : new JsonArray([.. columns.Select(c => (JsonNode)new JsonObject
            {
                ["name"] = c.Name,
                ["type"] = c.Type,
                ["format"] = c.Name == "Name" ? "name" : "",
                ["description"] = "",
                ["priority"] = c.Wide ? 1 : 0,
            })]),
            ["rows"] = new JsonArray([.. rows]),
        };
    }
}
