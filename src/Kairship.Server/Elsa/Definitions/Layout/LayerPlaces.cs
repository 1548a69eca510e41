namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>Where in its column each stands: as near as possible to where its connections run straight, in the order that is given, with room between.</summary>
internal static class LayerPlaces
{
    private const double BetweenBoxes = 40;
    private const double BesideLane = 20;

    public static void Straighten(IReadOnlyList<List<Spot>> layers, int sweeps)
    {
        foreach (var layer in layers)
        {
            var top = 0.0;
            for (var i = 0; i < layer.Count; i++)
            {
                top += i == 0 ? 0 : layer[i - 1].Height + Between(layer[i - 1], layer[i]);
                layer[i].Top = top;
            }
        }

        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            for (var i = 1; i < layers.Count; i++)
            {
                Place(layers[i], s => s.Left);
            }

            for (var i = layers.Count - 2; i >= 0; i--)
            {
                Place(layers[i], s => s.Right);
            }
        }

        for (var i = 1; i < layers.Count; i++)
        {
            Place(layers[i], s => s.Left);
        }
    }

    private static double Between(Spot above, Spot below) => above.Node is null || below.Node is null ? BesideLane : BetweenBoxes;

    /// <summary>
    /// The places with the least sum of squared distances from the wished ones that keep the order and the room: neighbours that want into each other are moved together as one block, which
    /// stands at the mean of its wishes.
    /// </summary>
    private static void Place(List<Spot> layer, Func<Spot, List<Link>> links)
    {
        var blocks = new List<(double Sum, double Weight, int Count)>();
        var offsets = new double[layer.Count];
        for (var i = 0; i < layer.Count; i++)
        {
            offsets[i] = i == 0 ? 0 : offsets[i - 1] + layer[i - 1].Height + Between(layer[i - 1], layer[i]);
            var (wish, weight) = Wish(layer[i], links(layer[i]));
            blocks.Add(((wish - offsets[i]) * weight, weight, 1));
            while (blocks.Count > 1 && blocks[^2].Sum / blocks[^2].Weight > blocks[^1].Sum / blocks[^1].Weight)
            {
                var (above, below) = (blocks[^2], blocks[^1]);
                blocks.RemoveRange(blocks.Count - 2, 2);
                blocks.Add((above.Sum + below.Sum, above.Weight + below.Weight, above.Count + below.Count));
            }
        }

        var at = 0;
        foreach (var (sum, weight, count) in blocks)
        {
            for (var n = 0; n < count; n++, at++)
            {
                layer[at].Top = (sum / weight) + offsets[at];
            }
        }
    }

    /// <summary>A lane is bent least willingly; what is connected with nothing on this side would stay.</summary>
    private static (double Top, double Weight) Wish(Spot spot, List<Link> links) => links.Count == 0
        ? (spot.Top, 0.1)
        : (links.Average(l => l.Other.Top + l.There - l.Here), spot.Node is null ? 2 : 1);
}
