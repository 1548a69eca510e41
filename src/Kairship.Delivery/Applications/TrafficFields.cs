using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Traffic;

namespace Kairship.Delivery.Applications;

/// <summary>spec.traffic in YAML, and what it must satisfy beyond its shape.</summary>
internal static class TrafficFields
{
    private const int MostEndpoints = 1000;
    private const int LongestEndpoint = 253;

    public static TrafficPolicy Read(FieldReader traffic) => new(
        traffic.Choice("router", TrafficRouter.HttpRoute), traffic.Required("cluster"), traffic.Required("name"), traffic.TextMap("endpoints") ?? new Dictionary<string, string>())
    {
        Namespace = traffic.Text("namespace"),
    };

    public static JsonObject? Write(TrafficPolicy? policy)
    {
        if (policy is null)
        {
            return null;
        }

        var fields = new JsonObject { ["router"] = policy.Router == TrafficRouter.HttpRoute ? "httpRoute" : "dnsEndpoint", ["cluster"] = policy.Cluster };
        Shape.Set(fields, "namespace", policy.Namespace);
        fields["name"] = policy.Name;
        fields["endpoints"] = new JsonObject(policy.Endpoints.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)JsonValue.Create(e.Value))));
        return fields;
    }

    public static void Check(TrafficPolicy? policy, ProblemList check)
    {
        if (policy is null)
        {
            return;
        }

        check.Unless(DnsName.IsSubdomain(policy.Name), "spec.traffic.name", "must be an object's name: lower-case letters, digits, '-' and '.'.");
        check.Unless(policy.Namespace is null || DnsName.IsLabel(policy.Namespace), "spec.traffic.namespace", "must be a namespace's name: lower-case letters, digits and '-'.");
        check.Unless(policy.Endpoints.Count is > 0 and <= MostEndpoints, "spec.traffic.endpoints", $"names {policy.Endpoints.Count} clusters; it must be from 1 to {MostEndpoints}: what stands for each at the router.");
        foreach (var (cluster, endpoint) in policy.Endpoints)
        {
            check.Unless(endpoint.Length is > 0 and <= LongestEndpoint && !endpoint.Any(char.IsWhiteSpace), $"spec.traffic.endpoints.{cluster}", "must be a Service's name, or an address, without spaces.");
        }

        var twice = policy.Endpoints.GroupBy(e => e.Value, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        check.Unless(twice is null, "spec.traffic.endpoints", $"has {twice?.Key} for more than one cluster: which of them would its weight be for?");
    }
}
