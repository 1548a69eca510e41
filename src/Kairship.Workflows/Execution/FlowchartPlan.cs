using System.Collections;
using System.Runtime.CompilerServices;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

/// <summary>
/// What the token rules ask of a flowchart's shape, worked out once per definition version: topological ranks over forward connections, which
/// connections are back edges, the body of each loop, and from where an incoming connection of a join can still be reached. See README.md.
/// </summary>
internal sealed class FlowchartPlan
{
    private static readonly List<int> None = [];
    private static readonly ConditionalWeakTable<FlowchartGraph, FlowchartPlan> Plans = [];

    private readonly IReadOnlyList<Connection> connections;
    private readonly Dictionary<string, int> indexes = [];
    private readonly List<ActivityNode> nodes = [];
    private readonly int[] sources;
    private readonly int[] targets;
    private readonly bool[] back;
    private readonly List<int>[] outgoing;
    private readonly List<int>[] incoming;
    private readonly BitArray?[] bodies;
    private readonly BitArray?[] rounds;
    private readonly BitArray?[] reaching;
    private readonly bool[] joins;
    private readonly bool[] plain;
    private readonly int[] ranks;

    private FlowchartPlan(FlowchartGraph graph)
    {
        connections = graph.Connections;
        sources = [.. connections.Select(c => IndexOf(c.Source))];
        targets = [.. connections.Select(c => IndexOf(c.Target))];
        if (graph.Start is { } start)
        {
            IndexOf(start);
        }

        outgoing = [.. nodes.Select(_ => new List<int>())];
        incoming = [.. nodes.Select(_ => new List<int>())];
        back = [.. connections.Select(c => !graph.IncomingForward[c.Target.Id].Contains(c))];
        for (var c = 0; c < connections.Count; c++)
        {
            outgoing[sources[c]].Add(c);
            incoming[targets[c]].Add(c);
        }

        joins = [.. incoming.Select(into => into.Count(c => !back[c]) > 1)];
        plain = [.. outgoing.Select(from => from.TrueForAll(c => !back[c] && !joins[targets[c]]))];
        ranks = Rank();
        reaching = new BitArray?[connections.Count];
        rounds = [.. Enumerable.Range(0, connections.Count).Select(c => back[c] ? ForwardFrom(targets[c]) : null)];
        bodies = [.. Enumerable.Range(0, connections.Count).Select(c => back[c] ? Body(c) : null)];
    }

    public static FlowchartPlan Of(FlowchartGraph graph) => Plans.GetValue(graph, static g => new FlowchartPlan(g));

    public int Node(ActivityNode node) => indexes.GetValueOrDefault(node.Id, -1);

    public ActivityNode Activity(int node) => nodes[node];

    public int Rank(int node) => ranks[node];

    public int Target(int connection) => targets[connection];

    public bool IsBack(int connection) => back[connection];

    /// <summary>Connections that leave a node, by whatever outcome.</summary>
    public List<int> Leaving(int node) => node < 0 ? None : outgoing[node];

    /// <summary>None of its connections leads into a join or back.</summary>
    public bool LeavesPlainly(int node) => node < 0 || plain[node];

    /// <summary>Whether a node that completes with these outcomes sends a token along this connection of its.</summary>
    public bool IsTaken(int connection, IReadOnlyList<string> outcomes)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (string.Equals(outcomes[i], connections[connection].SourcePort, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public IEnumerable<int> ForwardInto(int node) => incoming[node].Where(c => !back[c]);

    public bool IsJoin(int node) => joins[node];

    /// <summary>The next round of the loop that a back edge closes may bring a token along this connection again.</summary>
    public bool IsRepeated(int backEdge, int connection) => rounds[backEdge]![sources[connection]];

    /// <summary>
    /// Whether a token at <paramref name="from"/> can still come along <paramref name="connection"/>: there is a path from it to the connection's source that does
    /// not pass the connection's target and that uses no back edge of a loop around the target (that would be its next iteration).
    /// </summary>
    public bool CanArrive(int from, int connection) => from >= 0 && (reaching[connection] ??= Reaching(connection))[from];

    private BitArray Reaching(int connection)
    {
        var target = targets[connection];
        var seen = new BitArray(nodes.Count);
        var open = new Stack<int>();
        Visit(sources[connection]);
        while (open.TryPop(out var node))
        {
            foreach (var edge in incoming[node].Where(e => !back[e] || !bodies[e]![target]))
            {
                Visit(sources[edge]);
            }
        }

        return seen;

        void Visit(int node)
        {
            if (node != target && !seen[node])
            {
                seen[node] = true;
                open.Push(node);
            }
        }
    }

    /// <summary>The natural loop of a back edge u to h: h, and what h reaches forward and what reaches u without passing h, by any edge: a loop inside belongs to it whole.</summary>
    private BitArray Body(int backEdge)
    {
        var head = targets[backEdge];
        var seen = new BitArray(nodes.Count) { [head] = true };
        var open = new Stack<int>();
        Visit(sources[backEdge]);
        while (open.TryPop(out var node))
        {
            incoming[node].ForEach(edge => Visit(sources[edge]));
        }

        return seen;

        void Visit(int node)
        {
            if (!seen[node] && rounds[backEdge]![node])
            {
                seen[node] = true;
                open.Push(node);
            }
        }
    }

    private BitArray ForwardFrom(int start)
    {
        var seen = new BitArray(nodes.Count) { [start] = true };
        var open = new Stack<int>([start]);
        while (open.TryPop(out var node))
        {
            foreach (var target in outgoing[node].Where(e => !back[e]).Select(e => targets[e]).Where(n => !seen[n]))
            {
                seen[target] = true;
                open.Push(target);
            }
        }

        return seen;
    }

    private int[] Rank()
    {
        var ranked = new int[nodes.Count];
        var missing = Enumerable.Range(0, nodes.Count).Select(n => ForwardInto(n).Count()).ToArray();
        var open = new Queue<int>(Enumerable.Range(0, nodes.Count).Where(n => missing[n] == 0));
        var next = 0;
        while (open.TryDequeue(out var node))
        {
            ranked[node] = next++;
            foreach (var target in outgoing[node].Where(e => !back[e]).Select(e => targets[e]))
            {
                if (--missing[target] == 0)
                {
                    open.Enqueue(target);
                }
            }
        }

        return next == nodes.Count ? ranked : throw new InvalidOperationException("The forward connections of a flowchart form a cycle: its back edges are not marked.");
    }

    private int IndexOf(ActivityNode node)
    {
        if (!indexes.TryGetValue(node.Id, out var index))
        {
            indexes[node.Id] = index = nodes.Count;
            nodes.Add(node);
        }

        return index;
    }
}
