using System.Diagnostics;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kairship.Benchmarks.Engine;

namespace Kairship.Benchmarks.Failover;

/// <summary>
/// One of three clusters is lost with 100 applications on it. Times are those of the report: from the moment that the loss counts to the last failover that is decided, written everywhere, healthy. Beside
/// it the same writes by a bare client: server-side apply of a Deployment for each application and cluster that it goes to. A round is a server and a fleet of its own; the first, of ten applications, is the runtime's.
/// </summary>
internal static class Moving
{
    private const int Applications = 100;
    private const int WritesAtOnce = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    public static async Task MeasureAsync(int rounds)
    {
        await RoundAsync(10);
        var measured = new List<Times>();
        for (var round = 0; round < rounds; round++)
        {
            measured.Add(await RoundAsync(Applications));
        }

        var sorted = measured.OrderBy(m => m.Applied).ToList();
        var median = sorted[sorted.Count / 2];
        Row.Print(
            FailoverBenchmark.Bench, $"failover-{Applications}-apps-s", median.Applied, "s",
            ("first-decided-s", Round(median.FirstDecided)), ("decided-s", Round(median.Decided)), ("healthy-s", Round(median.Healthy)), ("best-s", Round(sorted[0].Applied)),
            ("worst-s", Round(sorted[^1].Applied)), ("rounds", rounds), ("cpu-s", Round(median.Processor)), ("writes", median.Writes), ("bare-writes-s", Round(median.Bare)),
            ("ratio-to-bare", Round(median.Applied / median.Bare)), ("fdatasync-ms", Round(median.Sync)),
            ("measured", "default settings, SQLite, 3 simulated clusters in a process of their own; value is the median round, from the loss counting to the last Applied"));
    }

    public static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await reached())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InvalidOperationException($"Not within {Patience.TotalSeconds:0} s: {what}.");
            }
        }
    }

    private static async Task<Times> RoundAsync(int applications)
    {
        await using var stage = await MovingStage.StartAsync(applications);
        using var self = Process.GetCurrentProcess();
        await stage.LoseAsync();
        await UntilAsync(async () => (await stage.Client.GetClusterAsync(stage.Clusters[0])).Condition?.Ready != "True", "the loss counts");
        self.Refresh();
        var processor = self.TotalProcessorTime;
        JsonElement report = default;
        await UntilAsync(
            async () =>
            {
                var over = (await stage.Client.ListReportsAsync("loss")).Items.FirstOrDefault(r => r.IsOver);
                report = over is null ? default : (await stage.Client.GetReportAsync(over.Id)).Document;
                return over is not null;
            },
            "the loss is reported");
        self.Refresh();
        var used = (self.TotalProcessorTime - processor).TotalSeconds;
        if (report.GetProperty("healthy").GetInt32() != applications)
        {
            throw new InvalidOperationException(report.GetProperty("sentence").GetString());
        }

        var moved = report.GetProperty("applications").EnumerateArray().ToList();
        var (writes, bare) = await BareAsync(stage, applications);
        using var disk = new Fdatasync(stage.Folder);
        return new Times(
            moved.Min(a => Since(a, "decided")), moved.Max(a => Since(a, "decided")), moved.Max(a => Since(a, "applied")), moved.Max(a => Since(a, "healthy")), used, writes, bare,
            1000 / disk.PerSecond(TimeSpan.FromSeconds(1)));
    }

    /// <summary>Seconds from the detection.</summary>
    private static double Since(JsonElement application, string what) =>
        (application.GetProperty(what).GetDateTimeOffset() - application.GetProperty("detected").GetDateTimeOffset()).TotalSeconds;

    private static async Task<(int Writes, double Seconds)> BareAsync(MovingStage stage, int applications)
    {
        var clients = stage.Kubeconfigs.Select(f => new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(f))).ToList();
        try
        {
            // Where applications went to: all but the first cluster, as they may be there.
            var writes = Enumerable.Range(0, applications).SelectMany(i => (int[])((i % 3) switch { 0 => [1, 2], 1 => [1], _ => [2] }), (i, cluster) => (i, cluster)).ToList();
            var start = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(writes, new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce }, async (write, token) =>
            {
                var patch = new V1Patch(KubernetesJson.Serialize(KubernetesYaml.Deserialize<V1Deployment>(MovingStage.Manifests(0, "bare"))), V1Patch.PatchType.ApplyPatch);
                await clients[write.cluster].AppsV1.PatchNamespacedDeploymentAsync(patch, "bare", MovingStage.Name(write.i), fieldManager: "bare", force: true, cancellationToken: token);
            });
            return (writes.Count, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    private static double Round(double value) => Math.Round(value, 3);

    private sealed record Times(double FirstDecided, double Decided, double Applied, double Healthy, double Processor, int Writes, double Bare, double Sync);
}
