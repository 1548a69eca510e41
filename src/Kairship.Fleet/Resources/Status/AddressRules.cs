using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>What is reachable from outside only once somebody has given it an address.</summary>
internal static class AddressRules
{
    public static Verdict Service(JsonObject obj) => obj["spec"]?["type"]?.ToString() != "LoadBalancer" ? Verdict.Current
        : string.IsNullOrEmpty(obj["spec"]?["clusterIP"]?.ToString()) ? Verdict.Progress("NoIPAssigned", "the service has no cluster IP yet")
        : ByAddress(obj, "the load balancer has no address yet");

    public static Verdict Ingress(JsonObject obj) => ByAddress(obj, "no ingress controller has given it an address yet");

    private static Verdict ByAddress(JsonObject obj, string waiting) =>
        (obj["status"]?["loadBalancer"]?["ingress"] as JsonArray ?? []).OfType<JsonObject>().Any(i => i["ip"] is not null || i["hostname"] is not null)
            ? Verdict.Current
            : Verdict.Progress("NoAddressAssigned", waiting);
}
