using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// Binds pods to nodes by taints, selectors, requests and the other pods: fewest pods of the same owner first, then the emptiest node. A
/// pod that fits nowhere stays Pending with the scheduler's own words and is tried again when a node or another pod makes room. Nothing is preempted.
/// </summary>
internal sealed class Scheduler(ControlContext context) : Controller(context)
{
    private const string Component = "default-scheduler";
    private static readonly ObjectKey Retry = new("", "nodes", null, "");
    private readonly NodeLedger _ledger = new(context.Store);
    private readonly ConcurrentDictionary<ObjectKey, byte> _stuck = new();

    public override void Observe(ObjectChange change)
    {
        if (change.Key.Group.Length > 0 || change.Key.Plural is not ("pods" or "nodes"))
        {
            return;
        }

        _ledger.Apply(change);
        if (change.Key.Plural == "nodes" || change.Type == ChangeType.Deleted || Pods.IsFinished(change.Object))
        {
            _stuck.TryRemove(change.Key, out _);
            if (!_stuck.IsEmpty)
            {
                Enqueue(Retry);
            }
        }
        else if (IsUnbound(change.Object) && (change.Old is null || change.Object.GenerationOf() != change.Old.GenerationOf()))
        {
            Enqueue(change.Key);
        }
    }

    public override void FaultsChanged() => Enqueue(Retry);

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key == Retry)
        {
            foreach (var stuck in _stuck.Keys)
            {
                Enqueue(stuck);
            }
        }
        else if (Store.Get(key) is { } pod && IsUnbound(pod) && Pods.IsActive(pod))
        {
            if (pod.Spec("schedulingGates").Items().Any())
            {
                SetUnscheduled(key, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
            }
            else
            {
                Schedule(key, pod);
            }
        }

        return null;
    }

    private void Schedule(ObjectKey key, JsonObject pod)
    {
        // Before it is looked for: room that is made meanwhile is not overlooked.
        _stuck[key] = 0;
        var (node, reasons) = Choose(pod);
        if (node is null)
        {
            SetUnscheduled(key, "Unschedulable", reasons);
            Context.Events.RecordAction(pod, "Warning", "FailedScheduling", "Scheduling", reasons, Component);
            return;
        }

        _stuck.TryRemove(key, out _);
        Store.Update(key, p => Bind(p, node.Name));
        Context.Events.RecordAction(pod, "Normal", "Scheduled", "Binding", $"Successfully assigned {pod.NamespaceOf()}/{pod.NameOf()} to {node.Name}", Component);
    }

    private (NodeState? Node, string Message) Choose(JsonObject pod)
    {
        var nodes = _ledger.Nodes();
        if (nodes.Count == 0)
        {
            return (null, "no nodes available to schedule pods");
        }

        var requests = NodeLedger.Requests(pod);
        var neighbours = new PodNeighbours(pod, nodes, Store, _ledger.AnyAntiAffinity);
        var owner = JsonTree.Text(pod.ControllerRef()?["uid"]) ?? "";
        var refusals = new List<Unfit>();
        NodeState? best = null;
        (int Siblings, double Load) bestScore = (int.MaxValue, double.MaxValue);
        foreach (var node in nodes)
        {
            if (Refuse(pod, node, requests, neighbours) is { } unfit)
            {
                refusals.Add(unfit);
            }
            else if ((Siblings: _ledger.Siblings(owner, node.Name), Load: Load(node)) is var score && score.CompareTo(bestScore) < 0)
            {
                (best, bestScore) = (node, score);
            }
        }

        return best is not null ? (best, "") : (null, SchedulingMessage.Of(pod, nodes.Count, refusals));
    }

    private Unfit? Refuse(JsonObject pod, NodeState node, Dictionary<string, long> requests, PodNeighbours neighbours)
    {
        if (NodeFit.Placement(pod, node) is { } misplaced)
        {
            return new Unfit([misplaced], Resolvable: false);
        }

        return Context.Faults.NodesFull
            ? new Unfit(["Insufficient cpu"], Resolvable: true)
            : NodeFit.Shortages(requests, node, _ledger) ?? neighbours.Refuse(node);
    }

    private double Load(NodeState node) =>
        Share(node, "cpu") + Share(node, "memory") + Share(node, "pods");

    private double Share(NodeState node, string resource) =>
        node.Allocatable.GetValueOrDefault(resource) is > 0 and var all ? 1 - ((double)_ledger.Free(node, resource) / all) : 0;

    private void SetUnscheduled(ObjectKey key, string reason, string message) =>
        Store.Update(
            key,
            p => ObjectReading.SetCondition(JsonTree.Child(p, "status"), "PodScheduled", "False", Clock.Stamp(), reason, message) ? p : null,
            status: true);

    private JsonObject? Bind(JsonObject pod, string node)
    {
        if (!IsUnbound(pod))
        {
            return null;
        }

        JsonTree.Child(pod, "spec")["nodeName"] = node;
        ObjectReading.SetCondition(JsonTree.Child(pod, "status"), "PodScheduled", "True", Clock.Stamp());
        return pod;
    }

    private static bool IsUnbound(JsonObject pod) => JsonTree.Text(pod.Spec("nodeName")) is null or "";
}
