namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>Which box stands in which column, and the lanes of connections over more than one.</summary>
internal static class Layering
{
    /// <summary>More lanes than this are not worth their time: connections then find their way themselves.</summary>
    private const int MostLanes = 20_000;

    public static IReadOnlyList<List<Spot>> Of(LayoutGraph graph)
    {
        var spots = graph.Nodes.DistinctBy(n => n.Id, StringComparer.Ordinal).ToDictionary(n => n.Id, n => new Spot(n), StringComparer.Ordinal);
        var edges = graph.Edges.Where(e => e.From != e.To && spots.ContainsKey(e.From) && spots.ContainsKey(e.To)).ToList();
        var order = Visit(graph, spots.Keys, edges, out var back);
        var layer = Columns(order, edges, back);
        var layers = Enumerable.Range(0, layer.Values.Max() + 1).Select(_ => new List<Spot>()).ToList();
        foreach (var id in order)
        {
            layers[layer[id]].Add(spots[id]);
        }

        var lanes = edges.Sum(e => Math.Abs(layer[e.To] - layer[e.From]) - 1) <= MostLanes;
        foreach (var edge in edges)
        {
            Connect(edge, spots, layer, layers, lanes);
        }

        return layers;
    }

    /// <summary>Depth first from the start, by the order of the outcomes. What leads to a box that is still being visited leads back.</summary>
    private static List<string> Visit(LayoutGraph graph, IEnumerable<string> ids, List<LayoutEdge> edges, out HashSet<LayoutEdge> back)
    {
        var places = graph.Nodes.DistinctBy(n => n.Id, StringComparer.Ordinal).ToDictionary(n => n.Id, StringComparer.Ordinal);
        var from = edges.GroupBy(e => e.From, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderBy(e => places[g.Key].OutcomeY(e.Outcome)).ToList(), StringComparer.Ordinal);
        var entered = edges.Select(e => e.To).ToHashSet(StringComparer.Ordinal);
        var roots = (graph.Start is { } start && places.ContainsKey(start) ? new[] { start } : []).Concat(ids.OrderBy(entered.Contains));
        var (order, seen, open) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        back = new HashSet<LayoutEdge>(ReferenceEqualityComparer.Instance);
        foreach (var root in roots.Where(seen.Add))
        {
            var path = new Stack<(string Id, int Next)>([(root, 0)]);
            open.Add(root);
            order.Add(root);
            while (path.TryPop(out var step))
            {
                if (!from.TryGetValue(step.Id, out var leaving) || step.Next >= leaving.Count)
                {
                    open.Remove(step.Id);
                    continue;
                }

                path.Push((step.Id, step.Next + 1));
                var edge = leaving[step.Next];
                if (open.Contains(edge.To))
                {
                    back.Add(edge);
                }
                else if (seen.Add(edge.To))
                {
                    open.Add(edge.To);
                    order.Add(edge.To);
                    path.Push((edge.To, 0));
                }
            }
        }

        return order;
    }

    /// <summary>As far right as the longest way to it is long.</summary>
    private static Dictionary<string, int> Columns(List<string> order, List<LayoutEdge> edges, HashSet<LayoutEdge> back)
    {
        var layer = order.ToDictionary(id => id, _ => 0, StringComparer.Ordinal);
        var forward = edges.Where(e => !back.Contains(e)).ToList();
        var from = forward.ToLookup(e => e.From, StringComparer.Ordinal);
        var waits = forward.GroupBy(e => e.To, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var ready = new Queue<string>(order.Where(id => !waits.ContainsKey(id)));
        while (ready.TryDequeue(out var id))
        {
            foreach (var edge in from[id])
            {
                layer[edge.To] = Math.Max(layer[edge.To], layer[id] + 1);
                if (--waits[edge.To] == 0)
                {
                    ready.Enqueue(edge.To);
                }
            }
        }

        return layer;
    }

    private static void Connect(LayoutEdge edge, Dictionary<string, Spot> spots, Dictionary<string, int> layer, List<List<Spot>> layers, bool lanes)
    {
        var (source, target) = (spots[edge.From], spots[edge.To]);
        var (leaves, enters) = (source.Node!.OutcomeY(edge.Outcome), target.Height / 2);
        var (left, right, leftY, rightY) = layer[edge.From] < layer[edge.To] ? (source, target, leaves, enters) : (target, source, enters, leaves);
        var (first, last) = (Math.Min(layer[edge.From], layer[edge.To]), Math.Max(layer[edge.From], layer[edge.To]));
        if (last - first > 1 && !lanes)
        {
            return;
        }

        for (var i = first + 1; i < last; i++)
        {
            var lane = new Spot(null);
            layers[i].Add(lane);
            Join(left, lane, leftY, lane.Height / 2);
            (left, leftY) = (lane, lane.Height / 2);
        }

        Join(left, right, leftY, rightY);
    }

    private static void Join(Spot left, Spot right, double leftY, double rightY)
    {
        left.Right.Add(new Link(right, leftY, rightY));
        right.Left.Add(new Link(left, rightY, leftY));
    }
}
