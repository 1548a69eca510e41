using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;

namespace Kairship.Simulator.Api.Writing;

/// <summary>Quality of service of a pod, from its containers' resources.</summary>
internal static class QosClass
{
    static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(JsonObject pod)
    {
        var containers = PodDefaults.Items(pod["spec"]?["containers"]).Concat(PodDefaults.Items(pod["spec"]?["initContainers"]))
            .Select(c => (Requests: c["resources"]?["requests"] as JsonObject, Limits: c["resources"]?["limits"] as JsonObject)).ToList();
        if (containers.TrueForAll(c => Counted.All(n => c.Requests?[n] is null && c.Limits?[n] is null)))
            return "BestEffort";
        return containers.TrueForAll(c => Counted.All(n => c.Limits?[n] is { } limit && JsonNode.DeepEquals(limit, c.Requests?[n] ?? limit))) ? "Guaranteed" : "Burstable";
    }
}
