namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>An activity as a box; its outcomes stand on its right side, from top to bottom.</summary>
internal sealed record LayoutNode(string Id, double Width, double Height, IReadOnlyList<string> Outcomes)
{
    /// <summary>How far below the top a connection by this outcome begins.</summary>
    public double OutcomeY(string outcome)
    {
        var at = Outcomes.ToList().IndexOf(outcome);
        return at < 0 ? Height / 2 : Height * (at + 0.5) / Outcomes.Count;
    }
}

internal sealed record LayoutEdge(string From, string Outcome, string To);

/// <summary>A flowchart as boxes and arrows, as far as their places go.</summary>
internal sealed record LayoutGraph(IReadOnlyList<LayoutNode> Nodes, IReadOnlyList<LayoutEdge> Edges, string? Start);
