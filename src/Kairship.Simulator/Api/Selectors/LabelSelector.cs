using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Selectors;

/// <summary>A label selector: of a query (<c>app=web,tier in (a,b),!old</c>) or of an object (matchLabels, matchExpressions).</summary>
public sealed class LabelSelector
{
    sealed record Requirement(string Key, string Operator, IReadOnlyList<string> Values)
    {
        public bool Holds(JsonObject? labels)
        {
            var value = JsonTree.Text(labels?[Key]);
            return Operator switch
            {
                "Exists" => value is not null,
                "DoesNotExist" => value is null,
                "In" => value is not null && Values.Contains(value),
                "NotIn" => value is null || !Values.Contains(value),
                "Gt" => long.TryParse(value, out var n) && n > long.Parse(Values[0]),
                _ => long.TryParse(value, out var n) && n < long.Parse(Values[0]),
            };
        }
    }

    readonly List<Requirement> _requirements = [];

    public static LabelSelector Everything { get; } = new();

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>Whether an object's <c>metadata.labels</c> (null: none) satisfy every requirement.</summary>
    public bool Matches(JsonObject? labels) => _requirements.TrueForAll(r => r.Holds(labels));

    /// <summary>Parses the text of a <c>labelSelector</c> query.</summary>
    /// <exception cref="ApiException">400 with what was found and expected.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Everything;
        var selector = new LabelSelector();
        selector._requirements.AddRange(SelectorParser.Parse(text).Select(r => new Requirement(r.Key, r.Operator, r.Values)));
        return selector;
    }

    /// <summary>The selector of a spec: an object with matchLabels and matchExpressions. Empty selects everything.</summary>
    public static LabelSelector Of(JsonObject selector)
    {
        var result = new LabelSelector();
        foreach (var (key, value) in selector["matchLabels"] as JsonObject ?? [])
            result._requirements.Add(new Requirement(key, "In", [JsonTree.Text(value) ?? ""]));
        foreach (var expression in (selector["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var values = (expression["values"] as JsonArray ?? []).Select(v => JsonTree.Text(v) ?? "").ToList();
            result._requirements.Add(new Requirement(JsonTree.Text(expression["key"]) ?? "", JsonTree.Text(expression["operator"]) ?? "In", values));
        }
        return result;
    }
}
