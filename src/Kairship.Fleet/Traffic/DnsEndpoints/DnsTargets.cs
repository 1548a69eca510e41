using System.Text.Json.Nodes;

namespace Kairship.Fleet.Traffic.DnsEndpoints;

/// <summary>The addresses of names in a DNSEndpoint of external-dns. Pure.</summary>
internal static class DnsTargets
{
    /// <summary>spec.endpoints with the addresses that have a weight in every record that has one of the named ones, the others taken out; addresses that are not named stay.</summary>
    /// <param name="weights">By address.</param>
    /// <exception cref="TrafficException">No record has any of them.</exception>
    public static JsonArray Set(JsonObject endpoint, IReadOnlyDictionary<string, int> weights)
    {
        var records = endpoint["spec"]?["endpoints"]?.DeepClone() as JsonArray ?? [];
        var found = false;
        foreach (var record in records.OfType<JsonObject>())
        {
            var targets = (record["targets"] as JsonArray ?? []).Select(t => t?.ToString() ?? "").ToList();
            if (!targets.Exists(weights.ContainsKey))
            {
                continue;
            }

            found = true;
            var wanted = targets.Where(t => !weights.ContainsKey(t)).Concat(weights.Where(w => w.Value > 0).Select(w => w.Key).Order(StringComparer.Ordinal)).ToList();
            if (!wanted.ToHashSet().SetEquals(targets))
            {
                record["targets"] = new JsonArray(wanted.Select(w => (JsonNode)w).ToArray());
            }
        }

        return found ? records : throw new TrafficException($"has no record with any of {string.Join(", ", weights.Keys.Order(StringComparer.Ordinal))}: give it one of these targets to begin with.");
    }
}
