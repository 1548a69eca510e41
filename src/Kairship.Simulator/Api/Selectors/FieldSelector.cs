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
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
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
        foreach (var term in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var not = term.Contains("!=", StringComparison.Ordinal);
            var parts = term.Split(not ? "!=" : term.Contains("==", StringComparison.Ordinal) ? "==" : "=", 2);
            if (parts.Length != 2)
                throw ApiException.BadRequest($"invalid field selector: '{term}'; can't understand '{term}'");
            var field = parts[0].Trim();
            if (!Known(field, type))
                throw ApiException.BadRequest($"field label not supported: {field}");
            selector._terms.Add((field == "source" ? ["source", "component"] : field.Split('.'), parts[1].Trim(), not));
        }
        return selector;
    }

    static bool Known(string field, ResourceType type) =>
        field is "metadata.name" or "metadata.namespace"
        || (type.CustomSchema is null && Allowed.TryGetValue(type.Plural, out var fields) && fields.Contains(field))
        || (type.CustomVersion?["selectableFields"] is JsonArray selectable && selectable.Any(f => JsonTree.Text(f?["jsonPath"]) == "." + field));

    static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(),
    };
}
