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
        var kind = $"{call.Type.Kind} in version \"{call.Type.Version}\" cannot be handled as a {call.Type.Kind}";
        // Custom resources are decoded without types; their schema says later what is wrong, and where.
        var isCustom = call.Type.CustomSchema is not null;
        if (problems.FirstOrDefault(p => !p.Unknown && (!isCustom || p.Path.StartsWith("metadata", StringComparison.Ordinal))) is { } wrong)
        {
            var why = $"json: cannot unmarshal {wrong.Found} into Go struct field {call.Type.Kind}.{wrong.Path} of type {wrong.Expected}";
            throw patch ? PatchResult.Invalid(obj, why) : ApiException.BadRequest($"{kind}: {why}");
        }
        if (!isCustom)
            Scalars(obj, call.Schema, why => patch ? PatchResult.Invalid(obj, why) : ApiException.BadRequest($"{kind}: {why}"));
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

    // Texts of a form of their own.
    static void Scalars(JsonNode? node, SchemaNode schema, Func<string, ApiException> refusal, string name = "")
    {
        var why = node is null ? null : schema.Kind switch
        {
            SchemaKind.Quantity when PodRules.Amount(node) is null => "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            SchemaKind.Bytes => ScalarForms.Base64(JsonTree.Text(node) ?? ""),
            SchemaKind.Time => ScalarForms.Time(JsonTree.Text(node) ?? "", micro: name is "renewTime" or "acquireTime" or "eventTime" or "lastObservedTime"),
            _ => null,
        };
        if (why is not null)
            throw refusal(why);
        if (node is JsonObject obj)
        {
            foreach (var (field, value) in obj)
                Scalars(value, schema.Field(field), refusal, field);
        }
        else if (node is JsonArray array && schema.Element is { } element)
        {
            foreach (var item in array)
                Scalars(item, element, refusal);
        }
    }
}
