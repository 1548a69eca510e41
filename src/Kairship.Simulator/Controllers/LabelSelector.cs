using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>matchLabels and matchExpressions of a workload's selector, or the plain map of a Service.</summary>
internal static class LabelSelector
{
    /// <summary>An empty selector of a workload matches everything; a missing one nothing.</summary>
    public static bool Matches(JsonObject? selector, JsonObject? labels) =>
        selector is not null
        && (selector["matchLabels"] is not JsonObject wanted || MatchesMap(wanted, labels))
        && selector["matchExpressions"].Items().All(e => MatchesExpression(e, labels));

    public static bool MatchesMap(JsonObject wanted, JsonObject? labels)
    {
        foreach (var (name, value) in wanted)
        {
            if (labels is null || JsonTree.Text(labels[name]) is not { } actual || actual != JsonTree.Text(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>One requirement; Gt and Lt are those of node affinity.</summary>
    public static bool MatchesExpression(JsonObject expression, JsonObject? labels)
    {
        var actual = JsonTree.Text(labels?[JsonTree.Text(expression["key"]) ?? ""]);
        var values = expression["values"] is JsonArray array ? array.Select(JsonTree.Text) : [];
        return JsonTree.Text(expression["operator"]) switch
        {
            "In" => actual is not null && values.Contains(actual),
            "NotIn" => actual is null || !values.Contains(actual),
            "Exists" => actual is not null,
            "DoesNotExist" => actual is null,
            "Gt" => Compare(actual, values.FirstOrDefault()) > 0,
            "Lt" => Compare(actual, values.FirstOrDefault()) < 0,
            _ => false,
        };
    }

    private static int Compare(string? actual, string? bound) =>
        long.TryParse(actual, out var a) && long.TryParse(bound, out var b) ? a.CompareTo(b) : 0;
}
