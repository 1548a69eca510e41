using System.Diagnostics;
using Kairship.Benchmarks.Engine;
using Kairship.Fleet.Health;
using Kairship.Server.Failover;
using Kairship.Server.Failover.Returning;
using Kairship.Testing.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Benchmarks.Failover;

/// <summary>
/// What one pass of a failover and of a failback costs with 1,000 applications on 20 clusters: all that is read and decided, without the engine and without clusters. The first pass of a server that has just
/// started stands beside it.
/// </summary>
internal static class Surveys
{
    private const int Applications = 1000;

    public static async Task MeasureAsync(int rounds)
    {
        await MeasureAsync("sqlite", null, rounds);
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            await using var postgres = new PostgresServer();
            await MeasureAsync("postgres", await postgres.CreateDatabaseAsync(), rounds);
        }
    }

    private static async Task MeasureAsync(string database, string? connection, int rounds)
    {
        await using var stage = await SurveyStage.PrepareAsync(connection, Applications);
        await using (var server = stage.Server(connection))
        {
            var pass = Pass(server.Services, SurveyStage.Moved);
            var (first, again) = await RoundsAsync(pass, rounds);
            await SurveyStage.LoseAsync(server.Services);
            LossProgress? progress = null;
            var (_, toBeMoved) = await RoundsAsync(Pass(server.Services, SurveyStage.JustLost, p => progress = p), rounds);
            await SurveyStage.BeginAsync(server.Services, progress!.Start);
            var (_, underWay) = await RoundsAsync(Pass(server.Services, SurveyStage.JustLost), rounds);
            Print("failover-survey-1000-ms", database, first, again, ("to-be-moved-ms", Math.Round(toBeMoved.Median, 1)), ("under-way-ms", Math.Round(underWay.Median, 1)), ("under-way", progress.Start.Count));
        }

        await using (var server = stage.Server(connection))
        {
            await SurveyStage.ReturnAsync(server.Services);
            var survey = server.Services.GetRequiredService<FailbackSurvey>();
            var missing = 0;
            var (first, again) = await RoundsAsync(async () => missing = (await survey.LookAsync(SurveyStage.Moved, null, default)).Count, rounds);
            Print("failback-survey-1000-ms", database, first, again, ("missing", missing));
        }
    }

    /// <summary>What Kairship.FailOver does in a pass, but for beginning failovers.</summary>
    private static Func<Task> Pass(IServiceProvider services, string cluster, Action<LossProgress>? seen = null)
    {
        var (survey, reports, health) = (services.GetRequiredService<FailoverSurvey>(), services.GetRequiredService<LossReports>(), services.GetRequiredService<IClusterHealthStore>());
        string? filed = null;
        return async () =>
        {
            var loss = (await ClusterLoss.FindAsync(health, cluster, default))!;
            var scene = await survey.LookAsync(loss, default);
            var progress = LossProgress.Of(scene, loss, _ => []);
            seen?.Invoke(progress);
            var report = await reports.WriteAsync(scene, loss, progress.NotMoved, default);
            filed = await reports.FileAsync(report, loss, progress.IsOver, filed, "benchmark", default);
        };
    }

    private static async Task<(double First, Spread Again)> RoundsAsync(Func<Task> pass, int rounds)
    {
        var times = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await pass();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var sorted = times.Skip(1).Order().ToList();
        return (times[0], new Spread(sorted[sorted.Count / 2], sorted[0], sorted[^1]));
    }

    private static void Print(string row, string database, double first, Spread again, params ReadOnlySpan<(string, object)> more) => Row.Print(
        FailoverBenchmark.Bench, row, again.Median, "ms",
        [("database", database), ("best-ms", Math.Round(again.Best, 1)), ("worst-ms", Math.Round(again.Worst, 1)), ("first-ms", Math.Round(first, 1)), .. more]);

    private sealed record Spread(double Median, double Best, double Worst);
}
