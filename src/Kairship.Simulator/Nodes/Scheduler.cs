using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// Binds pods to nodes by requests, taints, selectors and node affinity: fewest pods of the same owner first, then the emptiest node. A
/// pod that fits nowhere stays Pending with the scheduler's own words and is tried again when a node or another pod makes room.
/// </summary>
internal sealed class Scheduler(ControlContext context) : Controller(context)
{
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
        else if (Store.Get(key) is { } pod && IsUnbound(pod) && Pods.IsActive(pod) && !pod.Spec("schedulingGates").Items().Any())
        {
            Schedule(key, pod);
        }

        return null;
    }

    private void Schedule(ObjectKey key, JsonObject pod)
    {
        var (node, reasons) = Choose(pod);
        if (node is null)
        {
            _stuck[key] = 0;
            Refuse(key, pod, reasons);
            return;
        }

        _stuck.TryRemove(key, out _);
        Store.Update(key, p => Bind(p, node.Name));
    }

    private (NodeState? Node, string Message) Choose(JsonObject pod)
    {
        var nodes = _ledger.Nodes();
        if (nodes.Count == 0)
        {
            return (null, "no nodes available to schedule pods");
        }

        var requests = NodeLedger.Requests(pod);
        var owner = JsonTree.Text(pod.ControllerRef()?["uid"]) ?? "";
        var full = Context.Faults.NodesFull;
        var why = new SortedDictionary<string, int>(StringComparer.Ordinal);
        NodeState? best = null;
        (int Siblings, double Load) bestScore = (int.MaxValue, double.MaxValue);
        foreach (var node in nodes)
        {
            List<string> reasons = NodeFit.Placement(pod, node) is { } misplaced
                ? [misplaced]
                : full ? ["Insufficient cpu"] : [.. NodeFit.Shortages(requests, node, _ledger)];
            foreach (var reason in reasons)
            {
                why[reason] = why.GetValueOrDefault(reason) + 1;
            }

            if (reasons.Count == 0 && (Siblings: _ledger.Siblings(owner, node.Name), Load: Load(node)) is var score && score.CompareTo(bestScore) < 0)
            {
                (best, bestScore) = (node, score);
            }
        }

        return (best, $"0/{nodes.Count} nodes are available: {string.Join(", ", why.Select(w => $"{w.Value} {w.Key}"))}.");
    }

    private double Load(NodeState node) =>
        Share(node, "cpu") + Share(node, "memory") + Share(node, "pods");

    private double Share(NodeState node, string resource) =>
        node.Allocatable.GetValueOrDefault(resource) is > 0 and var all ? 1 - ((double)_ledger.Free(node, resource) / all) : 0;

    private void Refuse(ObjectKey key, JsonObject pod, string message)
    {
        Store.Update(
            key,
            p => ObjectReading.SetCondition(JsonTree.Child(p, "status"), "PodScheduled", "False", Clock.Stamp(), "Unschedulable", message) ? p : null,
            status: true);
        Context.Events.Record(pod, "Warning", "FailedScheduling", message, "default-scheduler");
    }

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
