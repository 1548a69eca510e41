using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Allocates cluster addresses (10.96.0.0/16) and node ports (30000 to 32767), the lowest that no other Service has.</summary>
internal static class ServiceAddresses
{
    const int FirstPort = 30000;
    const int Ports = 2768;

    public static void Allocate(ObjectStore store, JsonObject service)
    {
        if (service["spec"] is not JsonObject spec || JsonTree.Text(spec["type"]) is not { } type || type == "ExternalName")
            return;
        var others = store.List("", "services").Where(s => s["metadata"]!["uid"]!.GetValue<string>() != JsonTree.Text(service["metadata"]?["uid"])).ToList();
        if (JsonTree.Text(spec["clusterIP"]) is not { Length: > 0 } address)
            spec["clusterIP"] = address = spec["clusterIPs"] is JsonArray { Count: > 0 } given ? JsonTree.Text(given[0]) ?? "" : Free(others);
        spec["clusterIPs"] ??= new JsonArray(address);
        if (type is not ("NodePort" or "LoadBalancer"))
            return;
        var taken = others.SelectMany(s => PodDefaults.Items(s["spec"]?["ports"])).Concat(PodDefaults.Items(spec["ports"]))
            .Select(p => JsonTree.Number(p["nodePort"])).OfType<long>().ToHashSet();
        foreach (var port in PodDefaults.Items(spec["ports"]).Where(p => JsonTree.Number(p["nodePort"]) is null or 0))
        {
            var free = Enumerable.Range(FirstPort, Ports).First(n => !taken.Contains(n));
            taken.Add(free);
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

    static string Free(List<JsonObject> services)
    {
        var taken = services.Select(s => JsonTree.Text(s["spec"]?["clusterIP"])).ToHashSet();
        // The first ten are for the cluster's own.
        return Enumerable.Range(10, 65000).Select(n => $"10.96.{n / 256}.{n % 256}").First(a => !taken.Contains(a));
    }
}
