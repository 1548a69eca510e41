using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Storage;
using Kairship.Workflows.Storage;

namespace Kairship.Benchmarks.Engine;

/// <summary>
/// A process starts on a database with many waiting instances, half as many of them again with a timer that is due: when is new work done again, when are the timers worked
/// off, and how long does new work take meanwhile. Ready counts from the start of the process, with all that .NET does before the first line.
/// </summary>
internal static class RestartBenchmark
{
    public const string Child = "restart";

    private static readonly TimeSpan NewWorkEvery = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(EngineOptions options, TargetDatabase target)
    {
        var prefix = target.Name == "sqlite" ? "" : $"{target.Name}-";
        if (!options.Wants($"{prefix}restart-ready-s", $"{prefix}restart-timers-s", $"{prefix}restart-new-work-p95-ms"))
        {
            return;
        }

        var suspended = options.Quick ? 5000 : 50_000;
        var due = suspended / 2;
        var database = await target.CreateAsync();
        var rig = await EngineRig.OpenAsync(database);
        await using (rig)
        {
            // No host: nothing sweeps yet, so the timers stay.
            await rig.ImportAsync();
            await EngineRig.ThroughputAsync(EngineOptions.Callers, due, () => rig.StartToRestAsync("timed"));
            await EngineRig.ThroughputAsync(EngineOptions.Callers, suspended, () => rig.StartToRestAsync("waiting"));
        }

        var answer = await ChildProcess.RunAsync(Child, due, database);
        double Of(string name) => answer[name]!.GetValue<double>();
        options.Print($"{prefix}restart-ready-s", Of("ready"), "s", ("suspended", suspended), ("due", due), ("of-that-runtime-s", Of("runtime")));
        options.Print($"{prefix}restart-timers-s", Of("timers"), "s", ("due", due), ("per-s", Math.Round(due / Of("timers"))));
        options.Print(
            $"{prefix}restart-new-work-p95-ms", Of("p95"), "ms", ("p50-ms", Of("p50")), ("max-ms", Of("max")), ("starts", Of("starts")), ("idle-p50-ms", Of("idle")));
    }

    public static async Task<JsonObject> AnswerAsync(StorageOptions database, int due)
    {
        using var self = Process.GetCurrentProcess();
        var sinceStart = TimeProvider.System.GetUtcNow().UtcDateTime - self.StartTime.ToUniversalTime();
        var begun = Stopwatch.GetTimestamp();
        var rig = await EngineRig.OpenAsync(database);
        await using (rig)
        {
            var workedOff = new TaskCompletionSource();
            var left = due;
            rig.Runtime.InstanceCommitted += (_, status) =>
            {
                if (status == InstanceStatus.Finished && Interlocked.Decrement(ref left) == 0)
                {
                    workedOff.SetResult();
                }
            };
            await rig.HostAsync();
            await rig.StartToRestAsync("waiting");
            var runtime = Stopwatch.GetElapsedTime(begun);
            var busy = await NewWorkAsync(rig, workedOff.Task);
            var timers = Stopwatch.GetElapsedTime(begun);
            var idle = await NewWorkAsync(rig, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
            return new JsonObject
            {
                ["ready"] = (sinceStart + runtime).TotalSeconds, ["runtime"] = runtime.TotalSeconds, ["timers"] = timers.TotalSeconds, ["p50"] = busy.Median(),
                ["p95"] = busy.Percentile(95), ["max"] = busy.Max(), ["starts"] = (double)busy.Count, ["idle"] = idle.Median(),
            };
        }
    }

    /// <summary>Starts one instance after the other at a steady pace and says how long each took to be at rest, in milliseconds.</summary>
    private static async Task<List<double>> NewWorkAsync(EngineRig rig, Task until)
    {
        var took = new ConcurrentBag<double>();
        var under = new List<Task>();
        do
        {
            under.Add(OneAsync());
            await Task.Delay(NewWorkEvery, TimeProvider.System);
        }
        while (!until.IsCompleted);
        await Task.WhenAll(under);
        return [.. took];

        async Task OneAsync()
        {
            var start = Stopwatch.GetTimestamp();
            await rig.StartToRestAsync("waiting");
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }
}
