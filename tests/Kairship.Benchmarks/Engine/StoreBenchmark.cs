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
        List<double> runs = [], starts = [], resumes = [], syncs = [];
        for (var round = 0; round <= options.Rounds; round++)
        {
            syncs.Add(disk.PerSecond(options.Round / 4));
            runs.Add(await EngineRig.ThroughputAsync(EngineOptions.Callers, options.Round, () => rig.StartToRestAsync("sequence10")));
            var waiting = new ConcurrentQueue<string>();
            starts.Add(await EngineRig.ThroughputAsync(EngineOptions.Callers, options.Round, async () => waiting.Enqueue(await rig.StartToRestAsync("waiting"))));
            resumes.Add(await EngineRig.ThroughputAsync(
                EngineOptions.Callers, waiting.Count, async () => await rig.ResumeToRestAsync(waiting.TryDequeue(out var id) ? id : throw new UnreachableException())));
        }

        foreach (var (row, values) in new[] { ("run10", runs), ("start-suspend", starts), ("resume", resumes) })
        {
            options.Print(
                $"{name}-{row}", values.Skip(1).Median(), "per s", ("callers", EngineOptions.Callers), ("rounds", values.Skip(1).Spread()),
                ("fdatasync-per-s", Math.Round(syncs.Skip(1).Median())));
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
