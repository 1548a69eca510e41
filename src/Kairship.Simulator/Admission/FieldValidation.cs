using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Rules;
using Kairship.Simulator.Api;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Patching;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Admission;

/// <summary>Decoding: wrong types are refused, unknown and duplicate fields are refused, warned of or ignored as <c>fieldValidation</c> says, and dropped.</summary>
internal static class FieldValidation
{
    public static void Apply(ApiCall call, JsonObject obj, IReadOnlyList<string> duplicates, bool patch = false)
    {
        var problems = FieldCheck.Problems(obj, call.Schema);
        var mode = call.Query["fieldValidation"].ToString();
        if (mode is not ("" or "Ignore" or "Warn" or "Strict"))
            throw new ApiException(422, "Invalid", $"fieldValidation: Unsupported value: \"{mode}\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        var kind = $"{call.Type.Kind} in version \"{call.Type.Version}\" cannot be handled as a {call.Type.Kind}";
        // Custom resources are decoded without types; their schema says later what is wrong, and where.
        var isCustom = call.Type.CustomSchema is not null;
        if (problems.FirstOrDefault(p => !p.Unknown && (!isCustom || p.Path.StartsWith("metadata", StringComparison.Ordinal))) is { } wrong)
        {
            var why = $"json: cannot unmarshal {wrong.Found} into Go struct field {call.Type.Kind}.{wrong.Path} of type {wrong.Expected}";
            throw patch ? PatchResult.Invalid(obj, why) : ApiException.BadRequest($"{kind}: {why}");
        }
        Quantities(obj, call.Schema, kind);
        var unknown = problems.Select(p => $"unknown field \"{p.Path}\"").Concat(duplicates.Select(d => $"duplicate field \"{d}\"")).ToList();
        if (unknown.Count > 0 && mode == "Strict")
            throw patch
                ? PatchResult.Invalid(obj, $"strict decoding error: {string.Join(", ", unknown)}")
                : ApiException.BadRequest($"{kind}: strict decoding error: {string.Join(", ", unknown)}");
        if (mode is "" or "Warn")
        {
            foreach (var problem in unknown)
                call.Warn(problem);
        }
        FieldCheck.Prune(obj, call.Schema);
    }

    static void Quantities(JsonNode? node, SchemaNode schema, string kind)
    {
        if (schema.Kind == SchemaKind.Quantity && node is not null && PodRules.Amount(node) is null)
            throw ApiException.BadRequest($"{kind}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        if (node is JsonObject obj)
        {
            foreach (var (name, value) in obj)
                Quantities(value, schema.Field(name), kind);
        }
        else if (node is JsonArray array && schema.Element is { } element)
        {
            foreach (var item in array)
                Quantities(item, element, kind);
        }
    }
}
