using System.Diagnostics;
using System.Runtime;
using System.Text.Json.Nodes;
using Kairship.Storage;

namespace Kairship.Benchmarks.Engine;

/// <summary>What instances that wait for an event cost: memory of the process (which should be nothing) and disk.</summary>
internal static class FootprintBenchmark
{
    public const string Child = "footprint";

    public static async Task RunAsync(EngineOptions options, TargetDatabase target)
    {
        var (rss, disk) = (Row(target, "suspended-rss-mb"), Row(target, "suspended-disk-kb"));
        if (!options.Wants(rss, disk))
        {
            return;
        }

        var count = options.Quick ? 1000 : 10_000;
        var database = await target.CreateAsync();
        var answer = await ChildProcess.RunAsync(Child, count, database);
        var before = answer["disk"]!.GetValue<long>();
        var after = await DatabaseSize.OfAsync(database);
        options.Print(rss, answer["after"]!.GetValue<double>() - answer["before"]!.GetValue<double>(), "MB", ("instances", count), ("before-mb", answer["before"]!.GetValue<double>()));
        options.Print(disk, (after - before) / 1024.0 / count, "KB each", ("instances", count));
    }

    public static async Task<JsonObject> AnswerAsync(StorageOptions database, int count)
    {
        var rig = await EngineRig.OpenAsync(database);
        await using (rig)
        {
            await rig.ImportAsync();
            await rig.HostAsync();

            // Code is compiled, pools and caches are filled before the first look.
            await EngineRig.ThroughputAsync(EngineOptions.Callers, 3000, () => rig.StartToRestAsync("sequence10"));
            await EngineRig.ThroughputAsync(EngineOptions.Callers, 500, () => rig.StartToRestAsync("waiting"));
            var disk = await DatabaseSize.OfAsync(database);
            var before = ResidentMb();
            await EngineRig.ThroughputAsync(EngineOptions.Callers, count, () => rig.StartToRestAsync("waiting"));
            return new JsonObject { ["before"] = before, ["after"] = ResidentMb(), ["disk"] = disk };
        }
    }

    private static string Row(TargetDatabase target, string row) => target.Name == "sqlite" ? row : $"{target.Name}-{row}";

    private static double ResidentMb()
    {
        for (var i = 0; i < 3; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using var self = Process.GetCurrentProcess();
        return Math.Round(self.WorkingSet64 / 1048576.0, 2);
    }
}
