using CsCheck;
using Kairship.Server.Elsa.Definitions.Layout;

namespace Kairship.Server.Tests.Elsa.Definitions.Layout;

public sealed class LayeredLayoutTests
{
    private static readonly Gen<LayoutGraph> Graphs =
        from count in Gen.Int[1, 25]
        from sizes in Gen.Select(Gen.Int[100, 320], Gen.Int[54, 160]).Array[count]
        from edges in Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1], Gen.Int[0, 3]).Array[0, count * 2]
        from start in Gen.Int[-1, count - 1]
        select new LayoutGraph(
            [.. sizes.Select((s, i) => new LayoutNode($"n{i}", s.Item1, s.Item2, ["o0", "o1", "o2"]))],
            [.. edges.Select(e => new LayoutEdge($"n{e.Item1}", $"o{e.Item3}", $"n{e.Item2}"))],
            start < 0 ? null : $"n{start}");

    [Fact]
    public void Layout_OfAnyFlowchart_HasNoOverlaps() => Graphs.Sample(graph =>
    {
        var drawing = new Drawing(graph, LayeredLayout.Of(graph));
        var overlaps = drawing.Overlaps(20).ToList();
        return overlaps.Count == 0 ? true : throw new InvalidOperationException(string.Join("; ", overlaps));
    });

    [Fact]
    public void Layout_OfAnyFlowchartWithoutLoops_LeadsToTheRight() => Graphs.Sample(graph =>
    {
        var forward = graph with { Edges = [.. graph.Edges.Where(e => int.Parse(e.From[1..]) < int.Parse(e.To[1..]))], Start = null };
        return !new Drawing(forward, LayeredLayout.Of(forward)).Backward().Any();
    });

    [Fact]
    public void Layout_OfTheSame_IsTheSame() => Graphs.Sample(graph => LayeredLayout.Of(graph).OrderBy(p => p.Key).SequenceEqual(LayeredLayout.Of(graph).OrderBy(p => p.Key)));

    [Fact]
    public void Layout_OfAChain_IsALine()
    {
        var graph = new LayoutGraph(
            [.. Enumerable.Range(0, 5).Select(i => new LayoutNode($"n{i}", 180, 54, ["Done"]))], [.. Enumerable.Range(0, 4).Select(i => new LayoutEdge($"n{i}", "Done", $"n{i + 1}"))], null);

        LayeredLayout.Of(graph).Values.Select(p => p.Y).Should().AllBeEquivalentTo(0.0);
    }

    [Fact]
    public void Layout_OfALargeFlowchart_IsMade()
    {
        var random = new Random(7);
        var graph = new LayoutGraph(
            [.. Enumerable.Range(0, 2000).Select(i => new LayoutNode($"n{i}", 180, 54, ["Done"]))],
            [.. Enumerable.Range(0, 4000).Select(_ => new LayoutEdge($"n{random.Next(2000)}", "Done", $"n{random.Next(2000)}"))], "n0");

        LayeredLayout.Of(graph).Should().HaveCount(2000);
    }
}
