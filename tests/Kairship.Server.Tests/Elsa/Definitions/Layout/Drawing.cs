using System.Text.Json.Nodes;
using Kairship.Server.Elsa.Definitions.Layout;

namespace Kairship.Server.Tests.Elsa.Definitions.Layout;

/// <summary>A flowchart as it is drawn: boxes with places, and connections that run at right angles around boxes, as the designer lets them run.</summary>
internal sealed class Drawing
{
    private const double Clear = 6;

    private sealed record Box(string Id, double X, double Y, double Width, double Height)
    {
        public bool Overlaps(Box other, double room) =>
            X < other.X + other.Width + room && other.X < X + Width + room && Y < other.Y + other.Height + room && other.Y < Y + Height + room;
    }

    private readonly Dictionary<string, Box> boxes;
    private readonly LayoutGraph graph;

    public Drawing(LayoutGraph graph, IReadOnlyDictionary<string, (double X, double Y)> places)
    {
        this.graph = graph;
        boxes = graph.Nodes.ToDictionary(n => n.Id, n => new Box(n.Id, places[n.Id].X, places[n.Id].Y, n.Width, n.Height));
    }

    /// <summary>The places that the activities of a definition say.</summary>
    public static Drawing Of(JsonObject flowchart, LayoutGraph graph) => new(graph, flowchart["activities"]!.AsArray().ToDictionary(
        a => a!["id"]!.GetValue<string>(),
        a => a!["metadata"]!["designer"]!["position"] is var p ? (p!["x"]!.GetValue<double>(), p["y"]!.GetValue<double>()) : default));

    public IEnumerable<string> Overlaps(double room) =>
        from a in boxes.Values from b in boxes.Values where string.CompareOrdinal(a.Id, b.Id) < 0 && a.Overlaps(b, room) select $"{a.Id} and {b.Id}";

    /// <summary>Connections that do not lead to the right, without those of loops.</summary>
    public IEnumerable<string> Backward() => graph.Edges.Where(e => boxes[e.To].X <= boxes[e.From].X).Select(e => $"{e.From} to {e.To}");

    /// <summary>Connections that lead neither to the right nor down: what is long is drawn in rows, as a text is.</summary>
    public IEnumerable<string> Upward() => graph.Edges.Where(e => boxes[e.To].X <= boxes[e.From].X && boxes[e.To].Y < boxes[e.From].Y + boxes[e.From].Height).Select(e => $"{e.From} to {e.To}");

    /// <summary>Connections for which there is no way of at most five pieces that touches no box.</summary>
    public IEnumerable<string> Blocked() => graph.Edges.Where(e => !HasWay(e)).Select(e => $"{e.From}.{e.Outcome} to {e.To}");

    /// <summary>Boxes that lie on the straight line of a connection.</summary>
    public IEnumerable<string> Crossed() =>
        from e in graph.Edges let line = Ends(e) from b in boxes.Values where b.Id != e.From && b.Id != e.To && Meets(line.From, line.To, b) select $"{e.From} to {e.To} over {b.Id}";

    private ((double X, double Y) From, (double X, double Y) To) Ends(LayoutEdge edge)
    {
        var (from, to) = (boxes[edge.From], boxes[edge.To]);
        return ((from.X + from.Width, from.Y + graph.Nodes.First(n => n.Id == edge.From).OutcomeY(edge.Outcome)), (to.X, to.Y + (to.Height / 2)));
    }

    private bool HasWay(LayoutEdge edge)
    {
        var (from, to) = Ends(edge);
        var columns = Between(boxes.Values.Select(b => b.X), boxes.Values.Select(b => b.X + b.Width));
        var rows = Between(boxes.Values.Select(b => b.Y), boxes.Values.Select(b => b.Y + b.Height)).Append(from.Y).Append(to.Y).ToList();
        var out1 = columns.Where(x => x >= from.X && IsFree((from.X, from.Y), (x, from.Y), edge.From)).ToList();
        var in1 = columns.Where(x => x <= to.X && IsFree((x, to.Y), (to.X, to.Y), edge.To)).ToList();
        return out1.Any(x => rows.Any(y => IsFree((x, from.Y), (x, y), null)
            && in1.Any(end => IsFree((x, y), (end, y), null) && IsFree((end, y), (end, to.Y), null))));
    }

    private bool IsFree((double X, double Y) a, (double X, double Y) b, string? own) => !boxes.Values.Any(box => box.Id != own && Meets(a, b, box));

    /// <summary>Middles of what is free between boxes, and outside of all.</summary>
    private static List<double> Between(IEnumerable<double> begins, IEnumerable<double> ends)
    {
        var edges = begins.Concat(ends).Distinct().Order().ToList();
        return [edges[0] - 30, .. edges.Zip(edges.Skip(1), (a, b) => (a + b) / 2), edges[^1] + 30];
    }

    /// <summary>Whether the line comes nearer to the box than it should.</summary>
    private static bool Meets((double X, double Y) a, (double X, double Y) b, Box box)
    {
        var (enter, leave) = (0.0, 1.0);
        return Clip(b.X - a.X, box.X - Clear - a.X, box.X + box.Width + Clear - a.X, ref enter, ref leave)
            && Clip(b.Y - a.Y, box.Y - Clear - a.Y, box.Y + box.Height + Clear - a.Y, ref enter, ref leave);
    }

    private static bool Clip(double step, double low, double high, ref double enter, ref double leave)
    {
        if (step == 0)
        {
            return low < 0 && high > 0;
        }

        enter = Math.Max(enter, Math.Min(low / step, high / step));
        leave = Math.Min(leave, Math.Max(low / step, high / step));
        return enter < leave;
    }
}
