using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission;

/// <summary>What is invalid about one object; becomes one 422 with a cause for each.</summary>
internal sealed class Violations
{
    readonly List<(string Field, string Reason, string Message)> _found = [];

    public bool Any => _found.Count > 0;

    public int Count => _found.Count;

    public void Required(string field, string? why = null) => Add(field, "FieldValueRequired", why is null ? "Required value" : $"Required value: {why}");

    public void Invalid(string field, JsonNode? value, string why) => Add(field, "FieldValueInvalid", $"Invalid value: {Show(value)}: {why}");

    /// <param name="shown">The value as the message shows it (<see cref="GoText"/>).</param>
    public void InvalidAs(string field, string shown, string why) => Add(field, "FieldValueInvalid", $"Invalid value: {shown}: {why}");

    public void DuplicateAs(string field, string shown) => Add(field, "FieldValueDuplicate", $"Duplicate value: {shown}");

    public void Duplicate(string field, JsonNode? value) => Add(field, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public void NotFound(string field, JsonNode? value) => Add(field, "FieldValueNotFound", $"Not found: {Show(value)}");

    public void Forbidden(string field, string why) => Add(field, "FieldValueForbidden", $"Forbidden: {why}");

    public void NotSupported(string field, JsonNode? value, IEnumerable<string> allowed) =>
        Add(field, "FieldValueNotSupported", $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", allowed.Select(GoText.Quote))}");

    public void TooMany(string field, int actual, long most) => Add(field, "FieldValueTooMany", $"Too many: {actual}: must have at most {most} items");

    /// <summary>Takes over what was found elsewhere.</summary>
    public void Take(Violations other) => _found.AddRange(other._found);

    public void TooLong(string field, string why) => Add(field, "FieldValueTooLong", $"Too long: {why}");

    public void OneOf(string field, JsonNode? value, params ReadOnlySpan<string> allowed)
    {
        if (!allowed.Contains(JsonTree.Text(value)))
            NotSupportedAs(field, Show(value), allowed);
    }

    /// <summary>A value as it is written already, and what is supported.</summary>
    public void NotSupportedAs(string field, string value, params ReadOnlySpan<string> allowed) =>
        Add(field, "FieldValueNotSupported", $"Unsupported value: {value}: supported values: {string.Join(", ", allowed.ToArray().Select(a => $"\"{a}\""))}");

    public void AtLeast(string field, JsonNode? value, long least)
    {
        if (JsonTree.Number(value) < least)
            Invalid(field, value, $"must be greater than or equal to {least}");
    }

    public void Immutable(string field, JsonNode? old, JsonNode? next)
    {
        if (!JsonNode.DeepEquals(old, next))
            Invalid(field, next, "field is immutable");
    }

    /// <summary>All of them in one line.</summary>
    public string Text => _found.Count == 1 ? Line(_found[0]) : $"[{string.Join(", ", _found.Select(Line))}]";

    public ApiException Error(ResourceType type, string name)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        var details = new JsonObject();
        if (name.Length > 0)
            details["name"] = name;
        if (type.Group.Length > 0)
            details["group"] = type.Group;
        details["kind"] = type.Kind;
        details["causes"] = new JsonArray([.. _found.Select(f => (JsonNode)new JsonObject { ["reason"] = f.Reason, ["message"] = f.Message, ["field"] = f.Field })]);
        return new ApiException(422, "Invalid", $"{kind} \"{name}\" is invalid: {Text}", details);
    }

    void Add(string field, string reason, string message) => _found.Add((field, reason, message));

    static string Line((string Field, string Reason, string Message) found) => $"{found.Field}: {found.Message}";

    static string Show(JsonNode? value) => value?.ToJsonString(Readable) ?? "\"null\"";

    static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
