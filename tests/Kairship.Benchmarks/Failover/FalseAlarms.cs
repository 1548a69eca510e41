using Kairship.Fleet.Health;
using Kairship.Testing.Health;

namespace Kairship.Benchmarks.Failover;

/// <summary>
/// Simulated on a time line, with the default settings and Kairship's own rule: no sockets. Every request gets lost independently of all others; of those that are lost half are refused and half
/// are never heard of again, cluster by cluster.
/// </summary>
internal static class FalseAlarms
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Measure(int clusters)
    {
        var (alarms, failed, looks, requests) = Hour(clusters, 0.02);
        var (many, manyFailed, _, _) = Hour(clusters, 0.2);
        Row.Print(
            FailoverBenchmark.Bench, "false-alarms-per-cluster-hour", (double)alarms / clusters, "1",
            ("lost-requests", 0.02), ("cluster-hours", clusters), ("alarms", alarms), ("failed-looks", failed), ("looks", looks), ("requests-a-look", Math.Round((double)requests / looks, 3)),
            ("at-0.2", (double)many / clusters), ("at-0.2-failed-looks", manyFailed), ("measured", "simulated time line, Kairship's rule and default settings"));

        var times = new List<double>(clusters);
        for (var loss = 0; loss < clusters; loss++)
        {
            var random = new Random(loss);
            var lost = Start.AddSeconds(300 + (random.NextDouble() * 60));
            var changed = new LookSimulation(new HealthOptions(), at => at >= lost, isSilent: loss % 2 == 0, random).Run(Start, TimeSpan.FromMinutes(10)).First();
            times.Add((changed.LastTransition - lost).TotalSeconds);
        }

        times.Sort();
        Row.Print(
            FailoverBenchmark.Bench, "detect-simulated-s", times[(int)(times.Count * 0.99)], "s",
            ("p50-s", Math.Round(times[times.Count / 2], 2)), ("worst-s", Math.Round(times[^1], 2)), ("losses", clusters), ("measured", "simulated time line, Kairship's rule and default settings; value is p99"));
    }

    private static (int Alarms, int Failed, int Looks, int Requests) Hour(int clusters, double share)
    {
        var (alarms, failed, looks, requests) = (0, 0, 0, 0);
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            var random = new Random(cluster);
            var simulation = new LookSimulation(new HealthOptions(), _ => random.NextDouble() < share, isSilent: cluster % 2 == 0, random);
            alarms += simulation.Run(Start, TimeSpan.FromHours(1)).Count(c => c.Status != ConditionStatus.True);
            (failed, looks, requests) = (failed + simulation.FailedLooks, looks + simulation.Looks, requests + simulation.Requests);
        }

        return (alarms, failed, looks, requests);
    }
}
