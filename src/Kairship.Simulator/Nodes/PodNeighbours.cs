using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// What other pods mean for one pod that looks for a node: taken host ports, required pod affinity and anti-affinity (both ways), and topology
/// spread that must not be broken. Reads the other pods only where a rule asks for them.
/// </summary>
internal sealed class PodNeighbours
{
    private readonly JsonObject _pod;
    private readonly IReadOnlyList<NodeState> _nodes;
    private readonly Lazy<IReadOnlyList<JsonObject>> _others;
    private readonly bool _othersMind;

    /// <param name="othersMind">Whether some pod of the cluster has required anti-affinity.</param>
    public PodNeighbours(JsonObject pod, IReadOnlyList<NodeState> nodes, ObjectStore store, bool othersMind)
    {
        (_pod, _nodes, _othersMind) = (pod, nodes, othersMind);
        _others = new(() => [.. store.List("", "pods").Where(p => NodeOf(p) is not null && !Pods.IsFinished(p))]);
    }

    /// <summary>Null when the node's pods do not mind, nor does this one.</summary>
    public Unfit? Refuse(NodeState node)
    {
        if (HostPorts(_pod).ToList() is { Count: > 0 } ports && _others.Value.Where(p => NodeOf(p) == node.Name).SelectMany(HostPorts).Any(ports.Contains))
        {
            return new Unfit(["node(s) didn't have free ports for the requested pod ports"], Resolvable: true);
        }

        return Spread(node) ?? Affinity(node);
    }

    private Unfit? Affinity(NodeState node)
    {
        if (Terms(_pod, "podAffinity").Any(t => !HasMatch(t, node) && !IsFirstOfItsKind(t)))
        {
            return new Unfit(["node(s) didn't match pod affinity rules"], Resolvable: false);
        }

        if (Terms(_pod, "podAntiAffinity").Any(t => HasMatch(t, node)))
        {
            return new Unfit(["node(s) didn't match pod anti-affinity rules"], Resolvable: true);
        }

        return _othersMind && _others.Value.Any(o => Terms(o, "podAntiAffinity").Any(t => Matches(t, o, _pod) && SameDomain(t, NodeNamed(NodeOf(o)!), node)))
            ? new Unfit(["node(s) didn't satisfy existing pods anti-affinity rules"], Resolvable: true)
            : null;
    }

    private Unfit? Spread(NodeState node)
    {
        foreach (var rule in _pod.Spec("topologySpreadConstraints").Items().Where(c => JsonTree.Text(c["whenUnsatisfiable"]) is null or "DoNotSchedule"))
        {
            var key = JsonTree.Text(rule["topologyKey"]) ?? "";
            if (JsonTree.Text(node.Labels[key]) is not { } domain)
            {
                return new Unfit(["node(s) didn't match pod topology spread constraints (missing required label)"], Resolvable: false);
            }

            var counts = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var each in _nodes.Where(n => NodeFit.Selects(_pod, n)))
            {
                if (JsonTree.Text(each.Labels[key]) is { } place)
                {
                    counts[place] = counts.GetValueOrDefault(place) + _others.Value.Count(p => NodeOf(p) == each.Name && Counts(rule, p));
                }
            }

            if (counts.GetValueOrDefault(domain) + 1 - counts.Values.DefaultIfEmpty().Min() > rule["maxSkew"].Int(1))
            {
                return new Unfit(["node(s) didn't match pod topology spread constraints"], Resolvable: true);
            }
        }

        return null;
    }

    private bool Counts(JsonObject rule, JsonObject other) =>
        other.NamespaceOf() == _pod.NamespaceOf() && !other.IsDeleting() && LabelSelector.Matches(rule["labelSelector"] as JsonObject, other.LabelsOf());

    private bool HasMatch(JsonObject term, NodeState node) =>
        _others.Value.Any(o => Matches(term, _pod, o) && SameDomain(term, NodeNamed(NodeOf(o)!), node));

    /// <summary>A pod that matches its own affinity may be the first.</summary>
    private bool IsFirstOfItsKind(JsonObject term) => Matches(term, _pod, _pod) && !_others.Value.Any(o => Matches(term, _pod, o));

    private NodeState? NodeNamed(string name) => _nodes.FirstOrDefault(n => n.Name == name);

    /// <summary>Whether a term of <paramref name="owner"/> speaks of another pod.</summary>
    private static bool Matches(JsonObject term, JsonObject owner, JsonObject other)
    {
        var inNamespace = term["namespaces"] is JsonArray { Count: > 0 } named
            ? named.Any(n => JsonTree.Text(n) == other.NamespaceOf())
            : term["namespaceSelector"] is JsonObject || other.NamespaceOf() == owner.NamespaceOf();
        return inNamespace && LabelSelector.Matches(term["labelSelector"] as JsonObject, other.LabelsOf());
    }

    private static bool SameDomain(JsonObject term, NodeState? a, NodeState b)
    {
        var key = JsonTree.Text(term["topologyKey"]) ?? "";
        return a is not null && JsonTree.Text(a.Labels[key]) is { } domain && domain == JsonTree.Text(b.Labels[key]);
    }

    private static IEnumerable<JsonObject> Terms(JsonObject pod, string kind) =>
        pod.Spec("affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution").Items();

    private static IEnumerable<(long Port, string Protocol)> HostPorts(JsonObject pod) =>
        pod.Spec("containers").Items().SelectMany(c => c["ports"].Items())
            .Where(p => JsonTree.Number(p["hostPort"]) is > 0)
            .Select(p => (JsonTree.Number(p["hostPort"])!.Value, JsonTree.Text(p["protocol"]) ?? "TCP"));

    private static string? NodeOf(JsonObject pod) => JsonTree.Text(pod.Spec("nodeName")) is { Length: > 0 } node ? node : null;
}
