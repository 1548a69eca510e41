using System.Collections.Concurrent;
using System.Diagnostics;
using Kairship.Storage;

namespace Kairship.Benchmarks.Engine;

/// <summary>The runtime over a database: 64 callers, each waiting for its instance to be at rest on the disk before the next; and one caller alone, against the disk.</summary>
internal static class StoreBenchmark
{
    private const int Warmup = 2000;

    public static async Task RunAsync(EngineOptions options, TargetDatabase target)
    {
        var name = target.Name;
        if (!options.Wants($"{name}-run10", $"{name}-start-suspend", $"{name}-resume", $"{name}-start-p50-fdatasyncs"))
        {
            return;
        }

        var rig = await EngineRig.OpenAsync(await target.CreateAsync());
        await using (rig)
        {
            await rig.ImportAsync();
            await rig.HostAsync();
            using var disk = new Fdatasync(options.Folder);
            await ThroughputAsync(options, name, rig, disk);
            await LatencyAsync(options, name, rig, disk);
        }
    }

    /// <summary>The three take turns, and so does the disk, so that all see the same weather.</summary>
    private static async Task ThroughputAsync(EngineOptions options, string name, EngineRig rig, Fdatasync disk)
    {
        await EngineRig.ThroughputAsync(EngineOptions.Callers, options.Quick ? Warmup / 4 : Warmup, () => rig.StartToRestAsync("sequence10"));
        Rounds runs = new(), starts = new(), resumes = new();
        List<double> syncs = [];
        for (var round = 0; round <= options.Rounds; round++)
        {
            syncs.Add(disk.PerSecond(options.Round / 4));
            await runs.AddAsync(() => EngineRig.ThroughputAsync(EngineOptions.Callers, options.Round, () => rig.StartToRestAsync("sequence10")));
            var waiting = new ConcurrentQueue<string>();
            await starts.AddAsync(() => EngineRig.ThroughputAsync(EngineOptions.Callers, options.Round, async () => waiting.Enqueue(await rig.StartToRestAsync("waiting"))));
            await resumes.AddAsync(() => EngineRig.ThroughputAsync(
                EngineOptions.Callers, waiting.Count, async () => await rig.ResumeToRestAsync(waiting.TryDequeue(out var id) ? id : throw new UnreachableException())));
        }

        foreach (var (row, rounds) in new[] { ("run10", runs), ("start-suspend", starts), ("resume", resumes) })
        {
            options.Print(
                $"{name}-{row}", rounds.PerSecond.Median(), "per s", ("callers", EngineOptions.Callers), ("rounds", rounds.PerSecond.Spread()),
                ("cpu-us-each", Math.Round(rounds.CpuMicroseconds.Median())), ("fdatasync-per-s", Math.Round(syncs.Skip(1).Median())));
        }
    }

    /// <summary>Rates, and the processor time of this process for each piece of work. The first round warms up and does not count.</summary>
    private sealed class Rounds
    {
        private readonly List<(double PerSecond, double Cpu)> all = [];

        public IEnumerable<double> PerSecond => all.Skip(1).Select(x => x.PerSecond);

        public IEnumerable<double> CpuMicroseconds => all.Skip(1).Select(x => x.Cpu);

        public async Task AddAsync(Func<Task<double>> round)
        {
            using var self = Process.GetCurrentProcess();
            var (cpu, start) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
            var rate = await round();
            self.Refresh();
            all.Add((rate, (self.TotalProcessorTime - cpu).TotalMicroseconds / (rate * Stopwatch.GetElapsedTime(start).TotalSeconds)));
        }
    }

    private static async Task LatencyAsync(EngineOptions options, string name, EngineRig rig, Fdatasync disk)
    {
        List<double> starts = [], syncs = [];
        var rounds = options.Quick ? 4 : 20;
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < 50; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await rig.StartToRestAsync("waiting");
                starts.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            for (var i = 0; i < 50; i++)
            {
                syncs.Add(disk.Once());
            }

            if (round == 0)
            {
                starts.Clear();
                syncs.Clear();
            }
        }

        options.Print(
            $"{name}-start-p50-fdatasyncs", starts.Median() / syncs.Median(), "fdatasyncs", ("callers", 1), ("start-p50-ms", Math.Round(starts.Median(), 3)),
            ("start-p95-ms", Math.Round(starts.Percentile(95), 3)), ("fdatasync-p50-ms", Math.Round(syncs.Median(), 3)));
    }
}
