using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Traffic;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Traffic.DnsEndpoints;
using Kairship.Fleet.Traffic.HttpRoutes;

namespace Kairship.Fleet.Traffic;

/// <summary>The router's object cannot be used as it is. The message ends a sentence that begins with the object.</summary>
public sealed class TrafficException(string message) : Exception(message);

/// <summary>Sets the weights of a router's object, on the condition that it is as it was read: two that shift at the same time do not mix their weights.</summary>
public sealed class TrafficShifter(ClusterConnections connections)
{
    private const int Attempts = 5;

    /// <summary>The router's object.</summary>
    /// <param name="ns">Where it is when the policy does not say.</param>
    public static ObjectRef RouterOf(TrafficPolicy policy, string ns) => policy.Router == TrafficRouter.HttpRoute
        ? new ObjectRef("gateway.networking.k8s.io/v1", "HTTPRoute", policy.Namespace ?? ns, policy.Name)
        : new ObjectRef("externaldns.k8s.io/v1alpha1", "DNSEndpoint", policy.Namespace ?? ns, policy.Name);

    /// <summary>False: it is so already.</summary>
    /// <param name="ns">Where the object is when the policy does not say.</param>
    /// <param name="weights">By cluster; only those that the policy names count.</param>
    /// <exception cref="TrafficException">The object is not there, or does not have what the policy says.</exception>
    /// <exception cref="ClusterException">The router's cluster cannot be reached, or refuses.</exception>
    public async Task<bool> ShiftAsync(TrafficPolicy policy, string ns, IReadOnlyDictionary<string, int> weights, CancellationToken cancellationToken)
    {
        var (reference, field) = (RouterOf(policy, ns), policy.Router == TrafficRouter.HttpRoute ? "rules" : "endpoints");
        var byEndpoint = policy.Endpoints.Where(e => weights.ContainsKey(e.Key)).ToDictionary(e => e.Value, e => weights[e.Key], StringComparer.Ordinal);
        var client = (await connections.GetAsync(policy.Cluster, cancellationToken)).Resources;
        for (var attempt = 1; ; attempt++)
        {
            var live = await client.GetAsync(reference, cancellationToken) ?? throw new TrafficException($"{reference} is not there, in cluster {policy.Cluster}.");
            var wanted = Wanted(policy, reference, live, byEndpoint);
            if (JsonNode.DeepEquals(wanted, live["spec"]?[field]))
            {
                return false;
            }

            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = live["metadata"]?["resourceVersion"]?.DeepClone() }, ["spec"] = new JsonObject { [field] = wanted },
            };
            try
            {
                await client.PatchAsync(reference, patch, cancellationToken);
                return true;
            }
            catch (ClusterException e) when (e.Kind == ClusterFailure.Conflict && attempt < Attempts)
            {
                // Somebody else changed it meanwhile.
            }
        }
    }

    private static JsonArray Wanted(TrafficPolicy policy, ObjectRef reference, JsonObject live, Dictionary<string, int> weights)
    {
        try
        {
            return policy.Router == TrafficRouter.HttpRoute ? HttpRouteWeights.Set(live, weights) : DnsTargets.Set(live, weights);
        }
        catch (TrafficException e)
        {
            throw new TrafficException($"{reference} in cluster {policy.Cluster} {e.Message}");
        }
    }
}
