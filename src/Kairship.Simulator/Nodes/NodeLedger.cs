using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>A node as the scheduler sees it. Amounts are thousandths; the labels are read when asked for, since few pods select by them.</summary>
internal sealed record NodeState(
    string Name, Func<JsonObject?> ReadLabels, IReadOnlyList<JsonObject> Taints, bool Unschedulable, IReadOnlyDictionary<string, long> Allocatable)
{
    public JsonObject Labels => ReadLabels() ?? [];

    public static NodeState Of(JsonObject node)
    {
        List<JsonObject> taints = [.. node.Spec("taints").Items().Select(JsonTree.Copy)];
        var allocatable = (node.Status("allocatable") as JsonObject ?? []).ToDictionary(a => a.Key, a => Quantity.Milli(a.Value), StringComparer.Ordinal);
        return new NodeState(node.NameOf(), node.LabelsOf, taints.Count > 0 ? taints : (IReadOnlyList<JsonObject>)[], node.Spec("unschedulable").IsTrue(), allocatable);
    }
}

/// <summary>What the nodes hold: kept up to date by each change of a pod or node.</summary>
internal sealed class NodeLedger(ObjectStore store)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeState> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, Booking> _bookings = [];
    private readonly Dictionary<string, Dictionary<string, long>> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Owner, string Node), int> _siblings = [];
    private IReadOnlyDictionary<string, long>? _size;

    public void Apply(ObjectChange change)
    {
        lock (_gate)
        {
            if (change.Key is { Group: "", Plural: "nodes" })
            {
                if (change.Type == ChangeType.Deleted)
                {
                    _nodes.Remove(change.Key.Name);
                }
                else
                {
                    _nodes[change.Key.Name] = Slim(NodeState.Of(change.Object));
                }
            }
            else if (change.Key is { Group: "", Plural: "pods" })
            {
                Book(change);
            }
        }
    }

    public IReadOnlyList<NodeState> Nodes()
    {
        lock (_gate)
        {
            return [.. _nodes.Values];
        }
    }

    /// <summary>Whether some bound pod has required anti-affinity.</summary>
    public bool AnyAntiAffinity { get; private set; }

    /// <summary>What is left of a resource on a node.</summary>
    public long Free(NodeState node, string resource)
    {
        lock (_gate)
        {
            var used = _used.TryGetValue(node.Name, out var amounts) ? amounts.GetValueOrDefault(resource) : 0;
            return node.Allocatable.GetValueOrDefault(resource) - used;
        }
    }

    /// <summary>How many pods of one owner a node has.</summary>
    public int Siblings(string owner, string node)
    {
        lock (_gate)
        {
            return _siblings.GetValueOrDefault((owner, node));
        }
    }

    /// <summary>What a pod asks for: the sum of its containers, or its largest init container; one pod.</summary>
    public static Dictionary<string, long> Requests(JsonObject pod)
    {
        var requests = new Dictionary<string, long>(StringComparer.Ordinal) { ["pods"] = 1000 };
        foreach (var container in pod.Spec("containers").Items())
        {
            foreach (var (resource, amount) in RequestsOf(container))
            {
                requests[resource] = requests.GetValueOrDefault(resource) + amount;
            }
        }

        foreach (var container in pod.Spec("initContainers").Items())
        {
            foreach (var (resource, amount) in RequestsOf(container))
            {
                requests[resource] = Math.Max(requests.GetValueOrDefault(resource), amount);
            }
        }

        return requests;
    }

    // Where only a limit is given, the API server takes it for the request as well.
    private static IEnumerable<(string Resource, long Amount)> RequestsOf(JsonObject container)
    {
        var requests = JsonTree.At(container, "resources", "requests") as JsonObject ?? [];
        var limits = JsonTree.At(container, "resources", "limits") as JsonObject ?? [];
        return requests.Concat(limits.Where(l => !requests.ContainsKey(l.Key))).Select(r => (r.Key, Quantity.Milli(r.Value)));
    }

    // Holds nothing of the object itself, and one dictionary for all nodes of a size.
    private NodeState Slim(NodeState node)
    {
        var key = new ObjectKey("", "nodes", null, node.Name);
        if (_size is null || _size.Count != node.Allocatable.Count || _size.Except(node.Allocatable).Any())
        {
            _size = node.Allocatable;
        }

        return node with { ReadLabels = () => store.Get(key)?.LabelsOf(), Allocatable = _size };
    }

    private void Book(ObjectChange change)
    {
        var node = JsonTree.Text(change.Object.Spec("nodeName"));
        var holds = change.Type != ChangeType.Deleted && node is not null && !Pods.IsFinished(change.Object);
        var booked = _bookings.TryGetValue(change.Key, out var old);
        if (holds && !booked)
        {
            var booking = new Booking(node!, JsonTree.Text(change.Object.ControllerRef()?["uid"]) ?? "", Requests(change.Object));
            _bookings[change.Key] = booking;
            Add(booking, 1);
            AnyAntiAffinity |= change.Object.Spec("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution") is JsonArray { Count: > 0 };
        }
        else if (!holds && booked)
        {
            _bookings.Remove(change.Key);
            Add(old!, -1);
        }
    }

    private void Add(Booking booking, int sign)
    {
        if (!_used.TryGetValue(booking.Node, out var used))
        {
            _used[booking.Node] = used = new Dictionary<string, long>(StringComparer.Ordinal);
        }

        foreach (var (resource, amount) in booking.Requests)
        {
            used[resource] = used.GetValueOrDefault(resource) + (sign * amount);
        }

        var siblings = _siblings.GetValueOrDefault((booking.Owner, booking.Node)) + sign;
        if (siblings == 0)
        {
            _siblings.Remove((booking.Owner, booking.Node));
        }
        else
        {
            _siblings[(booking.Owner, booking.Node)] = siblings;
        }
    }

    private sealed record Booking(string Node, string Owner, Dictionary<string, long> Requests);
}
