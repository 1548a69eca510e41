using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// Watches over the nodes: what their conditions say becomes taints, and a kubelet that is silent for <see cref="ControlOptions.NodeMonitorGrace"/> makes
/// its node Unknown and its pods unready. The simulator's own kubelets are silent only while told to be down, so that their heartbeats
/// need no writes; nodes that somebody else registers must be kept alive by status or lease.
/// </summary>
internal sealed class NodeLifecycle(ControlContext context) : Controller(context)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const string Component = "node-controller";
    private readonly ConcurrentDictionary<string, long> _heard = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _down = context.Faults.Settings.NodesDown;

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "nodes" })
        {
            if (change.Type == ChangeType.Deleted)
            {
                _heard.TryRemove(change.Key.Name, out _);
            }
            else if (change.Old is null || !Same(change.Old, change.Object))
            {
                if (change.Old is null || !JsonNode.DeepEquals(change.Old["status"], change.Object["status"]))
                {
                    Heard(change.Key.Name, change.Object);
                }

                Enqueue(change.Key);
            }
        }
        else if (change.Key is { Group: "coordination.k8s.io", Plural: "leases", Namespace: LeaseNamespace } && _heard.ContainsKey(change.Key.Name))
        {
            _heard[change.Key.Name] = Clock.GetTimestamp();
        }
    }

    public override void FaultsChanged()
    {
        var (before, now) = (_down, Context.Faults.Settings.NodesDown);
        _down = now;
        foreach (var node in now.Except(before))
        {
            _heard[node] = Clock.GetTimestamp();
            Enqueue(new ObjectKey("", "nodes", null, node));
        }

        foreach (var node in before.Except(now))
        {
            Enqueue(new ObjectKey("", "nodes", null, node));
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } node)
        {
            return null;
        }

        TimeSpan? left = null;
        if (NodeFactory.IsOurs(node) && !Context.Faults.IsDown(key.Name))
        {
            _heard.TryRemove(key.Name, out _);
            if (IsUnknown(node))
            {
                node = Store.Update(key, Posted, status: true) ?? node;
                Tell(node, "NodeReady", $"Node {key.Name} status is now: NodeReady");
            }
        }
        else if (!IsUnknown(node))
        {
            left = Context.Options.NodeMonitorGrace - Clock.GetElapsedTime(_heard.GetOrAdd(key.Name, Clock.GetTimestamp()));
            if (left <= TimeSpan.Zero)
            {
                node = Lose(key, node);
                left = null;
            }
        }

        Store.Update(key, Tainted);
        return left;
    }

    private void Heard(string name, JsonObject node)
    {
        if (!NodeFactory.IsOurs(node))
        {
            _heard[name] = Clock.GetTimestamp();
        }
    }

    private JsonObject Lose(ObjectKey key, JsonObject node)
    {
        var wasReady = JsonTree.Text(node.Condition("Ready")?["status"]) == "True";
        node = Store.Update(key, n => NodeConditions.Unknown(n, Clock.Stamp()), status: true) ?? node;
        if (wasReady)
        {
            Tell(node, "NodeNotReady", $"Node {key.Name} status is now: NodeNotReady");
            foreach (var pod in Store.List("", "pods").Where(p => JsonTree.Text(p.Spec("nodeName")) == key.Name && Pods.IsReady(p)))
            {
                Store.Update(Pods.Key(pod), Unready, status: true);
                Context.Events.Record(pod, "Warning", "NodeNotReady", "Node is not ready", Component);
            }
        }

        return node;
    }

    private JsonObject Unready(JsonObject pod)
    {
        var ready = pod.Condition("Ready")!;
        ready["status"] = "False";
        ready["lastTransitionTime"] = Clock.Stamp();
        return pod;
    }

    private JsonObject Posted(JsonObject node)
    {
        JsonTree.Child(node, "status")["conditions"] = NodeFactory.Conditions(Clock.Stamp());
        return node;
    }

    private JsonObject Tainted(JsonObject node)
    {
        List<JsonObject> old = [.. node.Spec("taints").Items()];
        var next = NodeConditions.Taints(node, old, Clock.Stamp());
        if (next.Count == 0)
        {
            JsonTree.Child(node, "spec").Remove("taints");
        }
        else
        {
            JsonTree.Child(node, "spec")["taints"] = new JsonArray([.. next.Select(t => t.DeepClone())]);
        }

        return node;
    }

    private void Tell(JsonObject node, string reason, string message) => Context.Events.Record(node, "Normal", reason, message, Component);

    private static bool IsUnknown(JsonObject node) => JsonTree.Text(node.Condition("Ready")?["status"]) == "Unknown";

    private static bool Same(JsonObject a, JsonObject b) => JsonNode.DeepEquals(a["status"], b["status"]) && JsonNode.DeepEquals(a["spec"], b["spec"]);
}
