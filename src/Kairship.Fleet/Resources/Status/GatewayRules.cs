using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>The kinds of the Gateway API, by the conditions that its specification defines.</summary>
internal static class GatewayRules
{
    public const string Group = "gateway.networking.k8s.io";

    /// <summary>Reasons that pass without anybody changing the object: its controller, its gateway or its backend is not there yet.</summary>
    private static readonly HashSet<string> Passing =
        ["Pending", "Waiting", "NoMatchingParent", "BackendNotFound", "AddressNotAssigned", "AddressNotUsable", "NoResources", "ListenersNotReady", "NotReconciled"];

    public static Verdict Class(JsonObject obj) => All(obj, Conditions.Of(obj), "its class", "Accepted");

    public static Verdict Gateway(JsonObject obj) => All(obj, Conditions.Of(obj), "the gateway", "Accepted", "Programmed");

    /// <summary>Every parent that the route names must have taken it; a parent may be answered for by several controllers.</summary>
    public static Verdict Route(JsonObject obj)
    {
        var answers = (obj["status"]?["parents"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        var parents = (obj["spec"]?["parentRefs"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (parents.Count == 0)
        {
            return Verdict.Finding("NoParents", "the route names no gateway");
        }

        var ns = obj["metadata"]?["namespace"]?.ToString();
        var verdicts = new List<Verdict>();
        foreach (var parent in parents)
        {
            var name = parent["name"]?.ToString() ?? "?";
            var own = answers.Where(a => a["parentRef"] is JsonObject answered && Key(answered, ns) == Key(parent, ns)).ToList();
            verdicts.AddRange(own.Count == 0
                ? [Verdict.Progress("NotObserved", $"gateway {name} has not answered yet")]
                : own.Select(a => PartiallyInvalid(a, name) ?? All(obj, Conditions.In(a), $"gateway {name}", "Accepted", "ResolvedRefs")));
        }

        return verdicts.Find(v => v.Health == Health.Failed) ?? verdicts.Find(v => v.Health == Health.InProgress) ?? Verdict.Current;
    }

    private static Verdict? PartiallyInvalid(JsonObject answer, string name) =>
        Conditions.In(answer).FirstOrDefault(c => c is { Type: "PartiallyInvalid", IsTrue: true }) is { } partly
            ? Verdict.Failed(partly.Reason ?? partly.Type, $"gateway {name} dropped rules of it: {partly.Message}")
            : null;

    private static (string Group, string Kind, string? Namespace, string? Name, string? Section, string? Port) Key(JsonObject parent, string? ns) => (
        parent["group"]?.ToString() ?? Group, parent["kind"]?.ToString() ?? "Gateway", parent["namespace"]?.ToString() ?? ns, parent["name"]?.ToString(),
        parent["sectionName"]?.ToString(), parent["port"]?.ToString());

    private static Verdict All(JsonObject obj, IEnumerable<Condition> conditions, string who, params ReadOnlySpan<string> types)
    {
        var generation = StatusRules.Number(obj["metadata"]?["generation"]);
        var known = conditions.ToList();
        foreach (var type in types)
        {
            var condition = known.Find(c => c.Type == type);
            if (condition is null)
            {
                return Verdict.Progress("NotObserved", $"{who} does not say yet whether it is {type}");
            }

            if (condition.IsOlderThan(generation))
            {
                return StatusRules.NotObserved(generation, condition.ObservedGeneration);
            }

            if (!condition.IsTrue)
            {
                var (reason, message) = (condition.Reason ?? $"Not{type}", $"{who}: {condition.Message ?? $"not {type}"}");
                return condition.Status == "Unknown" || Passing.Contains(reason) ? Verdict.Progress(reason, message) : Verdict.Failed(reason, message);
            }
        }

        return Verdict.Current;
    }
}
