using System.Net;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Allocates cluster addresses (10.96.0.0/16) and node ports (30000 to 32767), the lowest that no other Service has, and refuses taken ones.</summary>
internal static class ServiceAddresses
{
    const int FirstPort = 30000;
    const int Ports = 2768;
    const string Range = "10.96.0.0/16";

    static readonly ResourceType Service = ResourceCatalog.Find("", "services")!;

    /// <param name="name">Of the service, for errors.</param>
    /// <exception cref="ApiException">422: an address or a port that was asked for cannot be had.</exception>
    public static void Allocate(ObjectStore store, JsonObject service, string name)
    {
        if (service["spec"] is not JsonObject spec || JsonTree.Text(spec["type"]) is not { } type || type == "ExternalName")
            return;
        var others = store.List("", "services").Where(s => NameOf(s) != NameOf(service)).ToList();
        var violations = new Violations();
        Address(spec, others, violations);
        if (type is "NodePort" or "LoadBalancer")
            NodePorts(spec, others, violations);
        if (violations.Any)
            throw violations.Error(Service, name);
    }

    /// <summary>Gives back what the new type has no use for, unless it was asked for anew.</summary>
    public static void Release(JsonObject service, JsonObject old)
    {
        if (service["spec"] is not JsonObject spec || old["spec"] is not JsonObject before)
            return;
        var (was, type) = (JsonTree.Text(before["type"]), JsonTree.Text(spec["type"]));
        if (type == "ExternalName" && was != "ExternalName")
        {
            foreach (var field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"])
                spec.Remove(field);
        }
        if (was is not ("NodePort" or "LoadBalancer") || type is not ("ClusterIP" or "ExternalName"))
            return;
        var taken = PodDefaults.Items(before["ports"]).Select(p => JsonTree.Number(p["nodePort"])).ToHashSet();
        foreach (var port in PodDefaults.Items(spec["ports"]).Where(p => taken.Contains(JsonTree.Number(p["nodePort"]))))
            port.Remove("nodePort");
        spec.Remove("externalTrafficPolicy");
        spec.Remove("allocateLoadBalancerNodePorts");
    }

    static void Address(JsonObject spec, List<JsonObject> others, Violations violations)
    {
        if (JsonTree.Text(spec["clusterIP"]) is not { Length: > 0 } address)
        {
            spec["clusterIP"] = address = spec["clusterIPs"] is JsonArray { Count: > 0 } given ? JsonTree.Text(given[0]) ?? "" : Free(others);
        }
        else if (address != "None" && IPAddress.TryParse(address, out _))
        {
            var shown = $"[]string{{\"{address}\"}}";
            if (!address.StartsWith("10.96.", StringComparison.Ordinal))
                violations.InvalidAs("spec.clusterIPs", shown, $"failed to allocate IP {address}: provided IP is not in the valid range. The range of valid IPs is {Range}");
            else if (others.Exists(s => JsonTree.Text(s["spec"]?["clusterIP"]) == address))
                violations.InvalidAs("spec.clusterIPs", shown, $"failed to allocate IP {address}: provided IP is already allocated");
        }
        spec["clusterIPs"] ??= new JsonArray(address);
    }

    static void NodePorts(JsonObject spec, List<JsonObject> others, Violations violations)
    {
        var used = others.SelectMany(s => PodDefaults.Items(s["spec"]?["ports"])).Select(p => JsonTree.Number(p["nodePort"])).OfType<long>().ToHashSet();
        var ports = PodDefaults.Items(spec["ports"]).ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            if (JsonTree.Number(ports[i]["nodePort"]) is not { } asked || asked == 0)
                continue;
            if (!used.Add(asked))
                violations.Invalid($"spec.ports[{i}].nodePort", asked, "provided port is already allocated");
        }
        foreach (var port in ports.Where(p => JsonTree.Number(p["nodePort"]) is null or 0))
        {
            var free = Enumerable.Range(FirstPort, Ports).First(n => !used.Contains(n));
            used.Add(free);
            port["nodePort"] = (long)free;
        }
    }

    /// <summary>Of the two fields that say the same, the one that a change names counts; one that it leaves out stays.</summary>
    public static void Carry(JsonObject service, JsonObject old)
    {
        if (service["spec"] is not JsonObject spec || old["spec"] is not JsonObject before || JsonTree.Text(spec["type"]) == "ExternalName")
            return;
        foreach (var name in (ReadOnlySpan<string>)["clusterIP", "clusterIPs"])
        {
            if (spec[name] is null && before[name] is { } address)
                spec[name] = address.DeepClone();
        }
        if (!JsonNode.DeepEquals(spec["clusterIP"], before["clusterIP"]) && JsonNode.DeepEquals(spec["clusterIPs"], before["clusterIPs"]))
            spec.Remove("clusterIPs");
    }

    static (string?, string?) NameOf(JsonObject service) => (JsonTree.Text(service["metadata"]?["namespace"]), JsonTree.Text(service["metadata"]?["name"]));

    static string Free(List<JsonObject> services)
    {
        var taken = services.Select(s => JsonTree.Text(s["spec"]?["clusterIP"])).ToHashSet();
        // The first ten are for the cluster's own.
        return Enumerable.Range(10, 65000).Select(n => $"10.96.{n / 256}.{n % 256}").First(a => !taken.Contains(a));
    }
}
