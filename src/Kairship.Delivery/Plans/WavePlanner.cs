using System.Globalization;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Plans;

/// <summary>Which clusters go together, in which order, and how many at a time.</summary>
public static class WavePlanner
{
    /// <summary>The name of the last wave, of the clusters that no wave selects.</summary>
    public const string Rest = "rest";

    /// <summary>The name of the wave behind all others, of the clusters that the application leaves.</summary>
    public const string Leaving = "leaving";

    /// <summary>The name of the only wave when none are declared.</summary>
    public const string All = "all";

    /// <summary>
    /// Each cluster in exactly one wave: the first that names it or whose selector matches. Inside a wave by the label kairship.io/order (whole numbers; without one
    /// last), then by name. Waves without a cluster are left out.
    /// </summary>
    public static IReadOnlyList<PlannedWave> Plan(RolloutPolicy policy, IReadOnlyList<ClusterFacts> clusters)
    {
        var left = clusters.OrderBy(Order).ThenBy(cluster => cluster.Name, StringComparer.Ordinal).ToList();
        var waves = new List<PlannedWave>();
        foreach (var wave in policy.Waves)
        {
            var mine = left.Where(cluster => Selects(wave, cluster)).ToList();
            left.RemoveAll(mine.Contains);
            Add(waves, wave.Name, mine, wave.MaxConcurrency);
        }

        Add(waves, policy.Waves.Count == 0 ? All : Rest, left, null);
        return waves;
    }

    /// <summary>All at once, whatever waves the application has: what is lost is missed everywhere, and one cluster that fails must not keep the others waiting.</summary>
    public static IReadOnlyList<PlannedWave> AtOnce(IReadOnlyList<ClusterFacts> clusters) =>
        [new PlannedWave(All, [.. clusters.Select(cluster => cluster.Name).Order(StringComparer.Ordinal)], clusters.Count)];

    /// <summary>The waves with one more behind them, of the clusters that the application leaves; where there are none, the same.</summary>
    public static IReadOnlyList<PlannedWave> ThenLeave(IReadOnlyList<PlannedWave> waves, IReadOnlyList<string> leaving) =>
        leaving.Count == 0 ? waves : [.. waves, new PlannedWave(Leaving, [.. leaving.Order(StringComparer.Ordinal)], leaving.Count)];

    /// <summary>"2" or "50%" of a number of clusters, rounded down, at least 1 and at most all; null: all.</summary>
    /// <exception cref="FormatException">Neither a number nor a percentage above 0.</exception>
    public static int Concurrency(string? maxConcurrency, int clusters)
    {
        if (maxConcurrency is null)
        {
            return Math.Max(1, clusters);
        }

        return TryParseConcurrency(maxConcurrency, out var number, out var isPercent)
            ? (int)Math.Clamp(isPercent ? (long)clusters * number / 100 : number, 1, Math.Max(1, clusters))
            : throw new FormatException($"maxConcurrency '{maxConcurrency}' is neither a number of clusters from 1 on nor a percentage from 1% to 100%.");
    }

    internal static bool TryParseConcurrency(string text, out int number, out bool isPercent)
    {
        isPercent = text.EndsWith('%');
        return int.TryParse(isPercent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && (!isPercent || number <= 100);
    }

    private static void Add(List<PlannedWave> waves, string name, List<ClusterFacts> clusters, string? maxConcurrency)
    {
        if (clusters.Count > 0)
        {
            waves.Add(new PlannedWave(name, clusters.Select(cluster => cluster.Name).ToList(), Concurrency(maxConcurrency, clusters.Count)));
        }
    }

    private static bool Selects(Wave wave, ClusterFacts cluster) =>
        (wave.ClusterNames?.Contains(cluster.Name) ?? false) || ClusterSelector.Matches(wave.LabelSelector, cluster);

    private static long Order(ClusterFacts cluster) =>
        cluster.Labels.TryGetValue(KairshipLabels.Order, out var text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var order)
            ? order
            : long.MaxValue;
}
