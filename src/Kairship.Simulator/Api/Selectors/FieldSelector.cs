using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Selectors;

/// <summary>A field selector of a query, over the fields that the kind allows.</summary>
internal sealed class FieldSelector
{
    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["pods"] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
        ["events"] =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "reportingController", "source", "type",
            "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath",
        ],
        ["nodes"] = ["spec.unschedulable"],
        ["namespaces"] = ["status.phase"],
        ["secrets"] = ["type"],
        ["services"] = ["spec.clusterIP", "spec.type"],
        ["replicasets"] = ["status.replicas"],
        ["jobs"] = ["status.successful"],
    };

    readonly List<(string[] Path, string Value, bool Not)> _terms = [];

    public bool IsEverything => _terms.Count == 0;

    /// <summary>The one name that the selector allows, when it says one.</summary>
    public string? Name => _terms.Where(t => t is { Not: false, Path: ["metadata", "name"] }).Select(t => t.Value).FirstOrDefault();

    public bool Matches(JsonObject obj) => _terms.TrueForAll(t => (Text(JsonTree.At(obj, t.Path)) == t.Value) != t.Not);

    public static FieldSelector Parse(string? text, ResourceType type)
    {
        var selector = new FieldSelector();
        foreach (var term in Terms(text ?? "").Where(t => t.Length > 0))
        {
            var (field, value, not) = Split(term) ?? throw ApiException.BadRequest($"invalid selector: '{term}'; can't understand '{term}'");
            if (field.Length == 0 && value.Length == 0)
                continue;
            if (!Known(field, type))
                throw ApiException.BadRequest(type.CustomSchema is not null || Allowed.ContainsKey(type.Plural)
                    ? $"field label not supported: {field}"
                    : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
            selector._terms.Add((Path(field, type), value, not));
        }
        return selector;
    }

    static string[] Path(string field, ResourceType type) => (field, type.Group) switch
    {
        ("source", _) => ["source", "component"],
        ("reportingController", "") => ["reportingComponent"],
        _ => field.Split('.'),
    };

    // A comma behind a backslash belongs to a value.
    static IEnumerable<string> Terms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        yield return text[start..];
    }

    static (string Field, string Value, bool Not)? Split(string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            foreach (var word in (ReadOnlySpan<string>)["!=", "==", "="])
            {
                if (term.AsSpan(i).StartsWith(word))
                    return (term[..i], term[(i + word.Length)..].Replace("\\,", ",", StringComparison.Ordinal).Replace("\\=", "=", StringComparison.Ordinal), word == "!=");
            }
        }
        return null;
    }

    static bool Known(string field, ResourceType type) =>
        field is "metadata.name" or "metadata.namespace"
        // Events name what they are about in two ways, one in each of their groups.
        || (!field.StartsWith(type.Group.Length == 0 ? "regarding." : "involvedObject.", StringComparison.Ordinal) && Declared(field, type));

    static bool Declared(string field, ResourceType type) =>
        (type.CustomSchema is null && Allowed.TryGetValue(type.Plural, out var fields) && fields.Contains(field))
        || (type.CustomVersion?["selectableFields"] is JsonArray selectable && selectable.Any(f => JsonTree.Text(f?["jsonPath"]) == "." + field));

    static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(),
    };
}
