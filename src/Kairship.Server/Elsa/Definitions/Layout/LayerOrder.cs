namespace Kairship.Server.Elsa.Definitions.Layout;

/// <summary>The order from top to bottom inside each layer: near to what each is connected with, so that few connections cross.</summary>
internal static class LayerOrder
{
    /// <summary>Beyond this, crossings are not counted: the last order is taken.</summary>
    private const int MostCounted = 2_000;

    public static void Sort(IReadOnlyList<List<Spot>> layers, int sweeps)
    {
        Number(layers);
        var counts = layers.Sum(l => l.Sum(s => s.Right.Count)) <= MostCounted;
        var (best, fewest) = (Copy(layers), counts ? Crossings(layers) : 0);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            for (var i = 1; i < layers.Count; i++)
            {
                Sort(layers[i], s => s.Left);
            }

            for (var i = layers.Count - 2; i >= 0; i--)
            {
                Sort(layers[i], s => s.Right);
            }

            if (counts && Crossings(layers) is var crossings && crossings < fewest)
            {
                (best, fewest) = (Copy(layers), crossings);
            }
        }

        for (var i = 0; counts && i < layers.Count; i++)
        {
            layers[i].Clear();
            layers[i].AddRange(best[i]);
        }

        Number(layers);
    }

    // The place in the order stands in Top until there are real places.
    private static void Number(IReadOnlyList<List<Spot>> layers)
    {
        foreach (var layer in layers)
        {
            Number(layer);
        }
    }

    private static void Number(List<Spot> layer)
    {
        for (var i = 0; i < layer.Count; i++)
        {
            layer[i].Top = i;
        }
    }

    private static void Sort(List<Spot> layer, Func<Spot, List<Link>> links)
    {
        var sorted = layer.OrderBy(s => links(s) is { Count: > 0 } found ? found.Average(l => l.Other.Top + (l.There / l.Other.Height)) : s.Top + 0.5).ToList();
        layer.Clear();
        layer.AddRange(sorted);
        Number(layer);
    }

    private static List<List<Spot>> Copy(IReadOnlyList<List<Spot>> layers) => [.. layers.Select(l => l.ToList())];

    private static int Crossings(IReadOnlyList<List<Spot>> layers)
    {
        var crossings = 0;
        foreach (var layer in layers)
        {
            var links = layer.SelectMany(s => s.Right.Select(l => (From: s.Top + (l.Here / s.Height), To: l.Other.Top + (l.There / l.Other.Height)))).ToList();
            for (var a = 0; a < links.Count; a++)
            {
                for (var b = a + 1; b < links.Count; b++)
                {
                    crossings += (links[a].From - links[b].From) * (links[a].To - links[b].To) < 0 ? 1 : 0;
                }
            }
        }

        return crossings;
    }
}
