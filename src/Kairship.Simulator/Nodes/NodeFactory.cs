using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>The node objects of a cluster: Ready, with capacity and topology.</summary>
internal static class NodeFactory
{
    public static JsonObject Node(SimulatedClusterOptions options, int index, TimeProvider clock)
    {
        var name = NameOf(options, index);
        var ip = $"10.99.{index / 250}.{(index % 250) + 1}";
        var capacity = new JsonObject
        {
            ["cpu"] = options.NodeCpu,
            ["memory"] = options.NodeMemory,
            ["pods"] = options.NodePods.ToString(),
            ["ephemeral-storage"] = "1Ti",
        };
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["labels"] = Labels(options, name) },
            ["spec"] = new JsonObject { ["providerID"] = $"fake://{options.Name}/{name}" },
            ["status"] = new JsonObject
            {
                ["capacity"] = capacity,
                ["allocatable"] = capacity.DeepClone(),
                ["conditions"] = Conditions(clock.Stamp()),
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = ip },
                    new JsonObject { ["type"] = "Hostname", ["address"] = name }),
                ["nodeInfo"] = Info(options.Version),
            },
        };
    }

    public static string NameOf(SimulatedClusterOptions options, int index) => $"{options.Name}-{index}";

    private static JsonObject Labels(SimulatedClusterOptions options, string name)
    {
        var labels = new JsonObject
        {
            ["kubernetes.io/hostname"] = name,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
        };
        foreach (var (label, value) in options.Labels)
        {
            labels[label] = value;
        }

        foreach (var topology in (ReadOnlySpan<string>)["region", "zone"])
        {
            if (options.Labels.TryGetValue(topology, out var value))
            {
                labels[$"topology.kubernetes.io/{topology}"] = value;
            }
        }

        return labels;
    }

    /// <summary>Whether a kubelet of the simulator runs on the node; others have to be kept alive by who made them.</summary>
    public static bool IsOurs(JsonObject node) => JsonTree.Text(node.Spec("providerID"))?.StartsWith("fake://", StringComparison.Ordinal) == true;

    /// <summary>What a healthy kubelet posts.</summary>
    public static JsonArray Conditions(string now) =>
    [
        .. new (string Type, string Status, string Reason, string Message)[]
        {
            ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        }.Select(c => new JsonObject
        {
            ["type"] = c.Type,
            ["status"] = c.Status,
            ["lastHeartbeatTime"] = now,
            ["lastTransitionTime"] = now,
            ["reason"] = c.Reason,
            ["message"] = c.Message,
        }),
    ];

    private static JsonObject Info(string version) => new()
    {
        ["architecture"] = "amd64",
        ["operatingSystem"] = "linux",
        ["kubeletVersion"] = version,
        ["kubeProxyVersion"] = "",
        ["kernelVersion"] = "",
        ["osImage"] = "Simulated",
        ["bootID"] = "",
        ["machineID"] = "",
        ["systemUUID"] = "",
        ["containerRuntimeVersion"] = "fake://0",
    };
}
