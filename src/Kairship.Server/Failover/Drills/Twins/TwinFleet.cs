using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Simulator;
using Kairship.Simulator.Objects;

namespace Kairship.Server.Failover.Drills.Twins;

/// <summary>
/// Simulated clusters with the nodes of real ones, in memory, on loopback. What others use of a node is one pod there that asks for all of it; the node takes as many pods fewer as that pod stands for.
/// </summary>
internal static class TwinFleet
{
    /// <summary>The namespace of what stands for the pods of others.</summary>
    public const string Others = "kairship-twin-others";

    private const string Marked = "kairship-twin";

    public static async Task<SimulatedFleet> StartAsync(IReadOnlyList<ClusterCopy> clusters, CancellationToken cancellationToken)
    {
        var fleet = await SimulatedFleet.StartAsync(clusters.Select(c => new SimulatedClusterOptions { Name = c.Name, Nodes = 0 }), ct: cancellationToken);
        foreach (var cluster in clusters)
        {
            Fill(fleet[cluster.Name].Store, cluster);
        }

        return fleet;
    }

    private static void Fill(ObjectStore store, ClusterCopy cluster)
    {
        store.Create(new ObjectKey("", "namespaces", null, Others), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = Others } });
        foreach (var node in cluster.Nodes)
        {
            store.Create(new ObjectKey("", "nodes", null, node.Name), Node(cluster.Name, node));
            if (node.PodsThere > 0)
            {
                store.Create(new ObjectKey("", "pods", Others, node.Name), UsedRoom(node));
            }
        }
    }

    private static JsonObject Node(string cluster, NodeFacts node)
    {
        var offered = Amounts(node.Allocatable);
        offered["pods"] = (node.Pods - Math.Max(0, node.PodsThere - 1)).ToString(CultureInfo.InvariantCulture);
        var spec = new JsonObject { ["providerID"] = $"fake://{cluster}/{node.Name}" };
        if (node.IsUnschedulable)
        {
            spec["unschedulable"] = true;
        }

        if (node.Taints.Count > 0)
        {
            spec["taints"] = new JsonArray([.. node.Taints.Select(TaintOf)]);
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = node.Name, ["labels"] = new JsonObject([.. node.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))]) },
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["capacity"] = offered.DeepClone(),
                ["allocatable"] = offered,
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True", ["reason"] = "KubeletReady" }),
            },
        };
    }

    private static JsonObject UsedRoom(NodeFacts node) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = node.Name, ["namespace"] = Others, ["labels"] = new JsonObject { ["app"] = Marked } },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = node.Name,
            ["restartPolicy"] = "Always",
            ["terminationGracePeriodSeconds"] = 0,
            ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "others", ["image"] = "twin", ["resources"] = new JsonObject { ["requests"] = Amounts(node.Requested) } }),
        },
        ["status"] = new JsonObject { ["phase"] = "Pending" },
    };

    private static JsonObject Amounts(NodeAmounts amounts)
    {
        var all = new JsonObject
        {
            ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{amounts.CpuMilli}m"), ["memory"] = amounts.MemoryBytes.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, amount) in amounts.Extended ?? new Dictionary<string, long>())
        {
            all[name] = amount.ToString(CultureInfo.InvariantCulture);
        }

        return all;
    }

    private static JsonNode TaintOf(Taint taint)
    {
        var json = new JsonObject { ["key"] = taint.Key, ["effect"] = taint.Effect.ToString() };
        if (taint.Value is { Length: > 0 } value)
        {
            json["value"] = value;
        }

        return json;
    }
}
