using System.Diagnostics;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Benchmarks.Placement;

/// <summary>
/// 1,000 applications placed on 1,000 clusters as one batch: decided one after the other, each assuming what it takes before the next. One thread on one processor; decisions with
/// their explanations are kept, as a caller would. A round begins with an empty book of capacity: nothing is estimated yet. Every round decides the same, so that a decision's time
/// is the median of its rounds: what the machine did meanwhile is in the raw figures beside it.
/// </summary>
internal static class PlacementBenchmark
{
    private const string Bench = "placement";

    public static async Task<int> RunAsync(string[] args)
    {
        var quick = args is ["--quick"];
        if (args.Length > 0 && !quick)
        {
            await Console.Error.WriteLineAsync("placement takes --quick");
            return 2;
        }

        var (count, rounds) = quick ? (100, 2) : (1000, 7);
        if (OperatingSystem.IsLinux())
        {
            using var self = Process.GetCurrentProcess();
            self.ProcessorAffinity = 1;
        }

        var clusters = SyntheticFleet.Clusters(count);
        var nodes = SyntheticFleet.Nodes(count);
        var applications = SyntheticFleet.Applications(count);
        var seconds = new List<double>();
        var milliseconds = Enumerable.Range(0, count).Select(_ => new List<double>(rounds)).ToArray();
        var allocated = new List<long>();
        var (placed, replicas) = (0, 0L);

        // The first round is the runtime's.
        for (var round = 0; round <= rounds; round++)
        {
            var book = new CapacityBook(nodes);
            GC.Collect();
            var decisions = new List<PlacementDecision>(count);
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var application in applications)
            {
                var begin = Stopwatch.GetTimestamp();
                var decision = Delivery.Placement.Placement.Decide(application(clusters) with { Capacity = book });
                var took = Stopwatch.GetElapsedTime(begin);
                book.Assume(decision.Needs);
                decisions.Add(decision);
                if (round > 0)
                {
                    milliseconds[decisions.Count - 1].Add(took.TotalMilliseconds);
                }
            }

            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (round > 0)
            {
                seconds.Add(elapsed);
                allocated.Add(GC.GetAllocatedBytesForCurrentThread() - bytes);
            }

            placed = decisions.Count(d => d.Unschedulable is null);
            replicas = decisions.SelectMany(d => d.Needs).Sum(n => (long)n.Replicas);
        }

        var raw = milliseconds.SelectMany(m => m).Order().ToList();
        var medians = milliseconds.Select(m => m.Order().ElementAt(m.Count / 2)).Order().ToList();
        Row.Print(
            Bench, $"place-{count}x{count}-s", seconds.Order().ElementAt(seconds.Count / 2), "s",
            ("rounds", rounds), ("worst-s", Math.Round(seconds.Max(), 3)), ("nodes", count * SyntheticFleet.NodesOfACluster), ("placed", placed), ("replicas", replicas), ("distinct-pods", SyntheticFleet.Shapes));
        Row.Print(
            Bench, "place-decision-p99-ms", At(medians, 0.99), "ms",
            ("p50-ms", Math.Round(At(medians, 0.5), 3)), ("worst-ms", Math.Round(medians[^1], 3)), ("raw-p99-ms", Math.Round(At(raw, 0.99), 3)), ("raw-p999-ms", Math.Round(At(raw, 0.999), 3)), ("rounds", rounds));
        Row.Print(Bench, "place-decision-allocated-kb", allocated.Min() / 1024d / count, "KiB", ("worst-kb", Math.Round(allocated.Max() / 1024d / count, 1)), ("measured", "mean of the quietest round, decisions and what they assume"));
        return 0;
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
