namespace Kairship.Benchmarks.Engine;

internal static class Samples
{
    public static double Median(this IEnumerable<double> values) => values.Percentile(50);

    public static double Percentile(this IEnumerable<double> values, int percent)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }

    /// <summary>The rounds themselves, so that the spread can be seen.</summary>
    public static string Spread(this IEnumerable<double> values) => string.Join(' ', values.Select(v => Math.Round(v, v < 100 ? 2 : 0)));
}
