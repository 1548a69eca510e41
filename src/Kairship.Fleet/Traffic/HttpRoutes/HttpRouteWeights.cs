using System.Text.Json.Nodes;

namespace Kairship.Fleet.Traffic.HttpRoutes;

/// <summary>The weights of backends in a Gateway API HTTPRoute. Pure.</summary>
internal static class HttpRouteWeights
{
    /// <summary>spec.rules with the weights of the named backends, wherever they stand; the rest as it is. A rule that would be left without any traffic keeps its own.</summary>
    /// <param name="weights">By the name of the backend.</param>
    /// <exception cref="TrafficException">A backend stands in no rule.</exception>
    public static JsonArray Set(JsonObject route, IReadOnlyDictionary<string, int> weights)
    {
        var rules = route["spec"]?["rules"]?.DeepClone() as JsonArray ?? [];
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var backends in rules.OfType<JsonObject>().Select(r => r["backendRefs"]).OfType<JsonArray>())
        {
            var refs = backends.OfType<JsonObject>().Select(b => (Ref: b, Name: b["name"]?.ToString() ?? "", Weight: Weight(b))).ToList();
            found.UnionWith(refs.Select(b => b.Name).Where(weights.ContainsKey));
            if (refs.Sum(b => weights.TryGetValue(b.Name, out var given) ? given : b.Weight) == 0)
            {
                continue;
            }

            foreach (var (backend, name, weight) in refs)
            {
                if (weights.TryGetValue(name, out var given) && given != weight)
                {
                    backend["weight"] = given;
                }
            }
        }

        var missing = weights.Keys.Where(k => !found.Contains(k)).Order(StringComparer.Ordinal).ToList();
        return missing.Count == 0 ? rules : throw new TrafficException($"has no backend {string.Join(", ", missing)} in any of its rules: add it (its weight may be 0), or take it out of spec.traffic.endpoints.");
    }

    // A backend that does not say weighs 1.
    private static int Weight(JsonObject backend) => backend["weight"] is JsonValue value && value.TryGetValue<int>(out var weight) ? weight : 1;
}
