namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>
/// Places a flowchart from left to right: every box right of those that lead to it, apart from connections that go back, which get a lane of their own around the boxes between. What
/// follows one another stands in one line where that is possible. The same graph gives the same places.
/// </summary>
internal static class LayeredLayout
{
    private const double Gap = 60;
    private const double LetterOfPort = 7;
    private const int Sweeps = 8;
    private const int Grid = 10;

    /// <summary>The left upper corner of each box, from (0, 0) on.</summary>
    public static IReadOnlyDictionary<string, (double X, double Y)> Of(LayoutGraph graph)
    {
        if (graph.Nodes.Count == 0)
        {
            return new Dictionary<string, (double, double)>();
        }

        var layers = Layering.Of(graph);
        LayerOrder.Sort(layers, Sweeps);
        LayerPlaces.Straighten(layers, Sweeps);
        var left = Columns(layers, graph);
        var top = layers.SelectMany(l => l).Where(s => s.Node is not null).Min(s => s.Top);
        return layers.SelectMany((layer, i) => layer.Where(s => s.Node is not null).Select(s => (s.Node!.Id, X: left[i], Y: Snap(s.Top - top))))
            .ToDictionary(p => p.Id, p => (p.X, p.Y), StringComparer.Ordinal);
    }

    /// <summary>Between two columns there is room for the names of the outcomes.</summary>
    private static double[] Columns(IReadOnlyList<List<Spot>> layers, LayoutGraph graph)
    {
        var used = graph.Edges.ToLookup(e => e.From, e => e.Outcome, StringComparer.Ordinal);
        var left = new double[layers.Count];
        for (var i = 1; i < layers.Count; i++)
        {
            var nodes = layers[i - 1].Where(s => s.Node is not null).Select(s => s.Node!).ToList();
            var names = nodes.SelectMany(n => n.Outcomes.Concat(used[n.Id])).Select(o => Math.Min(o.Length, 24)).DefaultIfEmpty(0).Max();
            left[i] = Snap(left[i - 1] + nodes.Select(n => n.Width).DefaultIfEmpty(0).Max() + Gap + (names * LetterOfPort));
        }

        return left;
    }

    private static double Snap(double value) => Math.Round(value / Grid) * Grid;
}
