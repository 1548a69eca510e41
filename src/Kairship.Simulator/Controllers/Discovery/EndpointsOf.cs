using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Discovery;

/// <summary>The two shapes in which a Service's addresses are published. Pure.</summary>
internal static class EndpointsOf
{
    public static JsonObject Service(JsonObject service, List<JsonObject> pods)
    {
        var endpoints = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Endpoints",
            ["metadata"] = new JsonObject { ["labels"] = Labels(service) },
        };
        if (pods.Count > 0)
        {
            var subset = new JsonObject();
            Add(subset, "addresses", pods.Where(Pods.IsReady));
            Add(subset, "notReadyAddresses", pods.Where(p => !Pods.IsReady(p)));
            subset["ports"] = Ports(service, pods[0]);
            endpoints["subsets"] = new JsonArray(subset);
        }

        return endpoints;
    }

    public static JsonObject Slice(JsonObject service, List<JsonObject> pods)
    {
        var labels = Labels(service);
        labels["kubernetes.io/service-name"] = service.NameOf();
        labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io";
        return new JsonObject
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject
            {
                ["generateName"] = service.NameOf() + "-",
                ["labels"] = labels,
                ["ownerReferences"] = new JsonArray(service.OwnerReference()),
            },
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray([.. pods.Select(Endpoint)]),
            ["ports"] = Named(Ports(service, pods.FirstOrDefault())),
        };
    }

    private static JsonObject Endpoint(JsonObject pod)
    {
        var ready = Pods.IsReady(pod);
        return new JsonObject
        {
            ["addresses"] = new JsonArray(JsonTree.Text(pod.Status("podIP"))),
            ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = ready, ["terminating"] = false },
            ["nodeName"] = JsonTree.Text(pod.Spec("nodeName")),
            ["targetRef"] = Reference(pod),
        };
    }

    private static void Add(JsonObject subset, string field, IEnumerable<JsonObject> pods)
    {
        JsonArray addresses =
        [
            .. pods.Select(p => new JsonObject
            {
                ["ip"] = JsonTree.Text(p.Status("podIP")),
                ["nodeName"] = JsonTree.Text(p.Spec("nodeName")),
                ["targetRef"] = Reference(p),
            }),
        ];
        if (addresses.Count > 0)
        {
            subset[field] = addresses;
        }
    }

    private static JsonObject Reference(JsonObject pod) => new()
    {
        ["kind"] = "Pod",
        ["namespace"] = pod.NamespaceOf(),
        ["name"] = pod.NameOf(),
        ["uid"] = pod.UidOf(),
    };

    private static JsonArray Ports(JsonObject service, JsonObject? pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.Spec("ports").Items())
        {
            if (Target(port, pod) is { } number)
            {
                var entry = new JsonObject { ["port"] = number, ["protocol"] = JsonTree.Text(port["protocol"]) ?? "TCP" };
                if (JsonTree.Text(port["name"]) is { } name)
                {
                    entry["name"] = name;
                }

                ports.Add(entry);
            }
        }

        return ports;
    }

    // The ports of a slice always have a name, if only an empty one; kubectl counts on it.
    private static JsonArray Named(JsonArray ports)
    {
        foreach (var port in ports.Items())
        {
            port["name"] ??= "";
        }

        return ports;
    }

    // A named target port is the number that the pod's containers give that name.
    private static long? Target(JsonObject port, JsonObject? pod)
    {
        if (JsonTree.Text(port["targetPort"]) is not { } name)
        {
            return JsonTree.Number(port["targetPort"]) ?? JsonTree.Number(port["port"]);
        }

        var named = pod?.Spec("containers").Items().SelectMany(c => c["ports"].Items()).FirstOrDefault(p => JsonTree.Text(p["name"]) == name);
        return JsonTree.Number(named?["containerPort"]);
    }

    private static JsonObject Labels(JsonObject service)
    {
        JsonObject labels = service.LabelsOf() is { } own ? JsonTree.Copy(own) : [];
        if (JsonTree.Text(service.Spec("clusterIP")) == "None")
        {
            labels["service.kubernetes.io/headless"] = "";
        }

        return labels;
    }
}
