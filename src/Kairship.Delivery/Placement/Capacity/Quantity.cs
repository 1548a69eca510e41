using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Placement.Capacity;

/// <summary>Kubernetes' quantities: "250m", "1.5", "2Gi", "1e3". Amounts round up, as the scheduler counts them.</summary>
public static class Quantity
{
    public const string Rule = "a quantity such as 250m, 1.5, 512Mi or 2Gi";

    private const decimal Most = 9_007_199_254_740_992m;

    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m), ("Ei", 1152921504606846976m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    /// <summary>Amounts beyond what a machine could have are refused: 2^53 units.</summary>
    public static bool TryParse(string? text, out decimal amount)
    {
        amount = 0;
        if (text is not { Length: > 0 and <= 40 })
        {
            return false;
        }

        var factor = 1m;
        var number = text.AsSpan();
        foreach (var (suffix, value) in Suffixes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                factor = value;
                number = number[..^suffix.Length];
                break;
            }
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent;
        if (!decimal.TryParse(number, Style, CultureInfo.InvariantCulture, out var parsed) || Math.Abs(parsed) > Most / factor)
        {
            return false;
        }

        amount = parsed * factor;
        return true;
    }

    /// <summary>A number or a text of a manifest.</summary>
    internal static bool TryRead(JsonNode? node, out decimal amount)
    {
        amount = 0;
        return node is JsonValue value && value.GetValueKind() switch
        {
            JsonValueKind.String => TryParse(value.GetValue<string>(), out amount),
            JsonValueKind.Number => TryParse(value.ToJsonString(), out amount),
            _ => false,
        };
    }

    /// <summary>Whole units, rounded up.</summary>
    public static long Units(decimal amount) => (long)decimal.Ceiling(amount);

    /// <summary>Whole thousandths, rounded up.</summary>
    public static long Milli(decimal amount) => (long)decimal.Ceiling(amount * 1000m);
}
