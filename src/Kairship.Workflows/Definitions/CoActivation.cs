using System.Collections;

namespace Kairship.Workflows.Definitions;

/// <summary>Whether two connections can both be taken in one pass through a flowchart.</summary>
internal enum Together
{
    /// <summary>One excludes the other.</summary>
    Never,

    /// <summary>There is a run in which both are.</summary>
    Can,

    /// <summary>It depends on what a script decides.</summary>
    Unknown,
}

/// <summary>
/// For all pairs of connections that are reached from the start; what those that close a loop bring to the next round is not followed. Let b be the one whose source comes later in topological order: b is taken when some connection into its
/// source is, so b and a can both be taken when a is that connection or can be taken together with it. Two connections of one activity are told apart by
/// whether it leaves by one outcome or by all. One row of bits a connection, filled in topological order.
/// </summary>
internal sealed class CoActivation
{
    private readonly Dictionary<Connection, int> index = new(ReferenceEqualityComparer.Instance);
    private readonly BitArray[] can;
    private readonly BitArray[] unknown;

    private CoActivation(FlowchartGraph graph, FlowchartOrder order)
    {
        var reached = order.Topological.Where(order.Reached.Contains).ToArray();
        var connections = reached.SelectMany(node => graph.Outgoing[node.Id]).ToArray();
        for (var i = 0; i < connections.Length; i++)
        {
            index[connections[i]] = i;
        }

        can = Rows(connections.Length);
        unknown = Rows(connections.Length);
        foreach (var node in reached)
        {
            Add(node, graph, [.. graph.Outgoing[node.Id]]);
        }
    }

    public static CoActivation Of(FlowchartGraph graph, FlowchartOrder order) => new(graph, order);

    public Together Of(Connection a, Connection b) =>
        can[index[a]][index[b]] ? Together.Can : unknown[index[a]][index[b]] ? Together.Unknown : Together.Never;

    private void Add(ActivityNode node, FlowchartGraph graph, Connection[] outgoing)
    {
        if (outgoing.Length == 0)
        {
            return;
        }

        var sure = new BitArray(can.Length);
        var maybe = new BitArray(can.Length);
        foreach (var arrival in graph.IncomingForward[node.Id].Where(index.ContainsKey))
        {
            sure.Or(can[index[arrival]]);
            sure[index[arrival]] = true;
            maybe.Or(unknown[index[arrival]]);
        }

        foreach (var connection in outgoing)
        {
            var own = index[connection];
            Mirror(can, sure, own);
            Mirror(unknown, maybe, own);
        }

        var kind = FlowchartSemantics.OutcomesOf(node);
        foreach (var one in outgoing)
        {
            foreach (var other in outgoing.Where(other => other != one))
            {
                var rows = one.SourcePort == other.SourcePort || kind == OutcomeKind.All ? can : kind == OutcomeKind.Unknown ? unknown : null;
                if (rows is not null)
                {
                    rows[index[one]][index[other]] = true;
                }
            }
        }
    }

    private static void Mirror(BitArray[] rows, BitArray row, int own)
    {
        rows[own].Or(row);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i])
            {
                rows[i][own] = true;
            }
        }
    }

    private static BitArray[] Rows(int count) => [.. Enumerable.Range(0, count).Select(_ => new BitArray(count))];
}
