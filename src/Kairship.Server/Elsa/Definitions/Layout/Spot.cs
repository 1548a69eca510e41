namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>A place in a layer: a box, or the room that a connection needs which passes by.</summary>
internal sealed class Spot(LayoutNode? node)
{
    private const double Lane = 20;

    public LayoutNode? Node { get; } = node;

    public double Height => Node?.Height ?? Lane;

    /// <summary>Where it stands now; the middle is <see cref="Top"/> and half its height.</summary>
    public double Top { get; set; }

    /// <summary>Connections to the layer on the left, with how far below the tops they meet the two.</summary>
    public List<Link> Left { get; } = [];

    public List<Link> Right { get; } = [];
}

/// <param name="Here">From the top of the one that asks.</param>
/// <param name="There">From the top of the other one.</param>
internal readonly record struct Link(Spot Other, double Here, double There);
