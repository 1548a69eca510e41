using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Tables;

/// <summary>The additionalPrinterColumns of a custom resource. JSON paths: fields, and one filter such as <c>conditions[?(@.type=="Ready")]</c> a step.</summary>
internal static partial class CustomColumns
{
    /// <summary>A definition that names columns names all of them; the age is there only where it names none.</summary>
    public static bool HasOwnAge(ResourceType type) => Defined(type).Any();

    public static IEnumerable<TableColumn> Of(ResourceType type) => Defined(type).Select(column =>
    {
        var path = JsonTree.Text(column["jsonPath"]) ?? "";
        var kind = JsonTree.Text(column["type"]) ?? "string";
        return new TableColumn(
            JsonTree.Text(column["name"]) ?? "",
            (obj, now) => kind == "date" ? TableColumn.Ago(JsonTree.Text(Find(obj, path)), now) ?? "<unknown>" : Find(obj, path)?.DeepClone(),
            JsonTree.Number(column["priority"]) > 0,
            kind == "date" ? "string" : kind);
    });

    static IEnumerable<JsonObject> Defined(ResourceType type) => (type.CustomVersion?["additionalPrinterColumns"] as JsonArray ?? []).OfType<JsonObject>();

    static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (Match step in Step().Matches(path))
        {
            node = (node as JsonObject)?[step.Groups["name"].Value.Replace("\\.", ".", StringComparison.Ordinal)];
            if (step.Groups["key"].Success)
                node = (node as JsonArray)?.FirstOrDefault(i => JsonTree.Text(i?[step.Groups["key"].Value]) == step.Groups["value"].Value);
            else if (step.Groups["index"].Success)
                node = (node as JsonArray)?.ElementAtOrDefault(int.Parse(step.Groups["index"].Value));
        }
        return node;
    }

    [GeneratedRegex(
        @"\.(?<name>(\\\.|[^.\[])+)(\[\?\(@\.(?<key>\w+)\s*==\s*[""'](?<value>[^""']*)[""']\)\]|\[(?<index>\d+)\])?",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Step();
}
