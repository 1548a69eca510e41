using System.Globalization;
using System.Text.Json;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Capacity;

/// <summary>Reads nodes and pods page by page: what each node offers, and what the pods on it ask for.</summary>
internal sealed class NodeReader
{
    private readonly Dictionary<string, (NodeFacts Facts, AmountSum Requested, int[] Pods)> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _workloads = new(StringComparer.Ordinal);
    private readonly AmountSum _elsewhere = new();
    private readonly IReadOnlySet<string>? _apart;
    private int _podsElsewhere;
    private int _ready;
    private int _pending;
    private int _waiting;
    private DateTimeOffset? _waitingSince;

    private NodeReader(IReadOnlySet<string>? apart) => _apart = apart;

    /// <param name="apart">Workloads ("namespace/Deployment/web") whose pods are not counted on the nodes.</param>
    /// <exception cref="ClusterException">They cannot be read.</exception>
    public static async Task<ClusterNodes> ReadAsync(ClusterConnection connection, CancellationToken cancellationToken, IReadOnlySet<string>? apart = null)
    {
        var reader = new NodeReader(apart);
        await ClusterList.EachAsync(connection, "api/v1/nodes", reader.AddNode, cancellationToken);
        await ClusterList.EachAsync(connection, "api/v1/pods", reader.AddPod, cancellationToken);
        return new ClusterNodes(
            [.. reader._nodes.Values.Select(n => n.Facts with { Requested = n.Requested.ToAmounts(), PodsThere = n.Pods[0] })],
            reader._ready, reader._pending, (reader._elsewhere.ToAmounts(), reader._podsElsewhere), reader._workloads)
        {
            WaitingPods = reader._waiting, WaitingSince = reader._waitingSince,
        };
    }

    private void AddNode(JsonElement node)
    {
        var metadata = node.GetProperty("metadata");
        var name = metadata.GetProperty("name").GetString()!;
        var hasSpec = node.TryGetProperty("spec", out var spec);
        var isReady = IsReady(node);
        _ready += isReady ? 1 : 0;
        var hasStatus = node.TryGetProperty("status", out var status);
        var pods = hasStatus && status.TryGetProperty("allocatable", out var amounts) && amounts.TryGetProperty("pods", out var most) ? AmountSum.Units(most) : 0;
        var facts = new NodeFacts(
            name, hasStatus ? AmountSum.Of(status, "allocatable").ToAmounts() : new NodeAmounts(), (int)Math.Min(pods, int.MaxValue), new NodeAmounts(),
            IsUnschedulable: !isReady || (hasSpec && spec.TryGetProperty("unschedulable", out var closed) && closed.ValueKind == JsonValueKind.True))
        {
            Labels = LabelsOf(metadata),
            Taints = hasSpec && spec.TryGetProperty("taints", out var taints) && taints.ValueKind == JsonValueKind.Array
                ? [.. taints.EnumerateArray().Select(TaintOf).OfType<Taint>()] : [],
        };
        _nodes[name] = (facts, new AmountSum(), [0]);
    }

    private void AddPod(JsonElement pod)
    {
        var spec = pod.GetProperty("spec");
        if (Text(pod, "status", "phase") is "Succeeded" or "Failed")
        {
            return;
        }

        if (!spec.TryGetProperty("nodeName", out var node) || node.GetString() is not { Length: > 0 } name)
        {
            _pending++;
            AddWaiting(pod);
            return;
        }

        if (WorkloadOf(pod.GetProperty("metadata")) is { } workload)
        {
            _workloads[workload] = _workloads.GetValueOrDefault(workload) + 1;
            if (_apart?.Contains(workload) == true)
            {
                return;
            }
        }

        var requests = AmountSum.OfPod(spec);
        if (_nodes.TryGetValue(name, out var found))
        {
            found.Requested.Add(requests);
            found.Pods[0]++;
        }
        else
        {
            _elsewhere.Add(requests);
            _podsElsewhere++;
        }
    }

    /// <summary>A pod that no node takes for another reason (a taint, a volume, a label) says nothing about room.</summary>
    private void AddWaiting(JsonElement pod)
    {
        if (!pod.TryGetProperty("status", out var status) || !status.TryGetProperty("conditions", out var conditions) || conditions.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var told = conditions.EnumerateArray().FirstOrDefault(c => Text(c, "type") == "PodScheduled" && Text(c, "status") == "False" && Text(c, "reason") == "Unschedulable");
        if (told.ValueKind == JsonValueKind.Object && Text(told, "message") is { } message
            && (message.Contains("Insufficient", StringComparison.Ordinal) || message.Contains("Too many pods", StringComparison.Ordinal)))
        {
            _waiting++;
            var since = DateTimeOffset.TryParse(Text(told, "lastTransitionTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : (DateTimeOffset?)null;
            _waitingSince = since < _waitingSince || _waitingSince is null ? since : _waitingSince;
        }
    }

    /// <summary>Whose pod it is, by its controller; a ReplicaSet's name is its Deployment's with a hash.</summary>
    private static string? WorkloadOf(JsonElement metadata)
    {
        if (!metadata.TryGetProperty("ownerReferences", out var owners) || owners.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var owner = owners.EnumerateArray().FirstOrDefault(o => o.TryGetProperty("controller", out var c) && c.ValueKind == JsonValueKind.True);
        if (owner.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var (kind, name) = (owner.GetProperty("kind").GetString()!, owner.GetProperty("name").GetString()!);
        var ns = metadata.GetProperty("namespace").GetString()!;
        return kind == "ReplicaSet" && name.LastIndexOf('-') is > 0 and var dash
            ? ClusterNodes.KeyOf(ns, $"Deployment/{name[..dash]}")
            : ClusterNodes.KeyOf(ns, $"{kind}/{name}");
    }

    private static Dictionary<string, string> LabelsOf(JsonElement metadata)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (metadata.TryGetProperty("labels", out var found) && found.ValueKind == JsonValueKind.Object)
        {
            foreach (var label in found.EnumerateObject())
            {
                labels[label.Name] = label.Value.GetString() ?? "";
            }
        }

        return labels;
    }

    private static bool IsReady(JsonElement node) =>
        node.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
        && conditions.EnumerateArray().Any(c => c.GetProperty("type").GetString() == "Ready" && c.GetProperty("status").GetString() == "True");

    private static Taint? TaintOf(JsonElement taint) =>
        Enum.TryParse<TaintEffect>(Text(taint, "effect"), out var effect) && Text(taint, "key") is { } key ? new Taint(key, effect, Text(taint, "value")) : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
