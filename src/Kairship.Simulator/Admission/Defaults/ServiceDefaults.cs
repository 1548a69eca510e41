using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using static Kairship.Simulator.Admission.Defaults.Defaulting;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Defaults of a Service. Its addresses are allocated by <see cref="ServiceAddresses"/>.</summary>
internal static class ServiceDefaults
{
    public static void Apply(JsonObject service)
    {
        if (service["spec"] is not JsonObject spec)
            return;
        Set(spec, "type", "ClusterIP");
        Set(spec, "sessionAffinity", "None");
        var external = JsonTree.Text(spec["type"]) is "NodePort" or "LoadBalancer";
        if (external)
            Set(spec, "externalTrafficPolicy", "Cluster");
        if (JsonTree.Text(spec["type"]) == "LoadBalancer")
            Set(spec, "allocateLoadBalancerNodePorts", true);
        if (JsonTree.Text(spec["type"]) != "ExternalName")
        {
            Set(spec, "internalTrafficPolicy", "Cluster");
            Set(spec, "ipFamilies", new JsonArray("IPv4"));
            Set(spec, "ipFamilyPolicy", "SingleStack");
        }
        foreach (var port in PodDefaults.Items(spec["ports"]))
        {
            Set(port, "protocol", "TCP");
            if (port["port"] is { } number)
                Set(port, "targetPort", number.DeepClone());
        }
    }
}
