using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>How large the designer draws an activity, near enough to leave room for it; and high enough that the names of its outcomes do not run into each other.</summary>
internal static class BoxSize
{
    private const double Frame = 84;
    private const double Letter = 8.2;
    private const double LetterOfType = 6.8;
    private const double OneOutcome = 20;
    private const double LeastWidth = 140;
    private const double LeastHeight = 54;
    private const int MostLetters = 48;

    /// <param name="used">Outcomes that connections leave by; some are known only to the definition.</param>
    public static LayoutNode Of(JsonObject activity, ActivityDescriptor? type, IEnumerable<string> used)
    {
        var outcomes = Outcomes(activity, type).Union(used, StringComparer.Ordinal).ToList();
        var metadata = activity["metadata"] as JsonObject;
        var typeName = type?.DisplayName ?? type?.Name ?? Text(activity["type"]) ?? "";
        var title = Text(metadata?["displayText"]) is { Length: > 0 } text ? text : typeName;
        var width = Frame + Math.Max(Math.Min(title.Length, MostLetters) * Letter, Math.Min(typeName.Length + 3, MostLetters) * LetterOfType);
        return new LayoutNode(Text(activity["id"])!, Math.Max(LeastWidth, Ceiling(width)), Math.Max(LeastHeight, Ceiling(outcomes.Count * OneOutcome)), outcomes);
    }

    private static IEnumerable<string> Outcomes(JsonObject activity, ActivityDescriptor? type)
    {
        var cases = (activity["cases"] as JsonArray ?? []).OfType<JsonObject>().Select(c => Text(c["label"])).OfType<string>();
        var flow = type?.Ports.Where(p => p.Type == PortType.Flow).Select(p => p.Name) ?? [];
        var all = cases.Concat(flow).ToList();
        return all.Count == 0 && type is not null ? ["Done"] : all;
    }

    private static double Ceiling(double value) => Math.Ceiling(value / 2) * 2;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
