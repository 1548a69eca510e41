using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>Takes documents apart into objects and refuses what could not be one, or is there twice.</summary>
internal sealed class ObjectCollector(ManifestLimits limits)
{
    private readonly List<Manifest> _manifests = [];
    private readonly Dictionary<string, string> _seen = [];

    public IReadOnlyList<Manifest> Manifests => _manifests;

    public void Add(SourceDocument document)
    {
        if (document.Root is not null)
        {
            Add(document.Root, document.Where, null);
        }
    }

    private void Add(JsonNode? node, string where, (string ApiVersion, string Kind)? itemType)
    {
        if (node is not JsonObject fields)
        {
            throw new ManifestException($"{where}: {Describe(node)}, not a Kubernetes object: an object starts with 'apiVersion:' and 'kind:'.");
        }

        if (fields["kind"] is JsonValue value && value.TryGetValue<string>(out var kind) && kind.EndsWith("List", StringComparison.Ordinal) && fields["items"] is JsonArray items)
        {
            // Items of a typed list (kubectl get -o json gives "List", the API "DeploymentList") may leave their type to it.
            (string, string)? type = kind.Length > 4 && fields["apiVersion"] is JsonValue version ? (version.ToString(), kind[..^4]) : null;
            for (var i = 0; i < items.Count; i++)
            {
                Add(items[i]?.DeepClone(), $"{where}, items[{i}]", type);
            }

            return;
        }

        if (itemType is { } given)
        {
            fields["apiVersion"] ??= given.ApiVersion;
            fields["kind"] ??= given.Kind;
        }

        AddObject(fields, where);
    }

    private void AddObject(JsonObject fields, string where)
    {
        ObjectShape.Check(fields, where);
        var manifest = Manifest.From(fields);
        if (!_seen.TryAdd(manifest.Ref.Identity, where))
        {
            throw new ManifestException($"{where}: {manifest.Ref} is given twice; it is already in {_seen[manifest.Ref.Identity]}. Keep one of the two.");
        }

        _manifests.Add(manifest);
        if (_manifests.Count > limits.MaxObjects)
        {
            throw new ManifestException($"{where}: more than {limits.MaxObjects:N0} objects; split the application.");
        }
    }

    private static string Describe(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"the text '{YamlScalars.Shorten(node.ToString().ReplaceLineEndings(" "))}'",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "nothing",
    };
}
