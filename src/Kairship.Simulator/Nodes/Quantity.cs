using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Kubernetes quantities (<c>100m</c>, <c>64Mi</c>, <c>2</c>, <c>1e3</c>) in thousandths.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m),
    ];

    /// <summary>Thousandths of the quantity, rounded up; 0 when it is missing or not a quantity.</summary>
    public static long Milli(JsonNode? node) => node is null ? 0 : Milli(JsonTree.Text(node) ?? node.ToJsonString());

    /// <inheritdoc cref="Milli(JsonNode?)"/>
    public static long Milli(string text)
    {
        var factor = 1m;
        foreach (var (suffix, by) in Suffixes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                (text, factor) = (text[..^suffix.Length], by);
                break;
            }
        }

        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (long)Math.Min(long.MaxValue, Math.Ceiling(number * factor * 1000m))
            : 0;
    }
}
