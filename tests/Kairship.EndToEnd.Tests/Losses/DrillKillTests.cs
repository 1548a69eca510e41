using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Reports;
using Kairship.Api.Workflows;
using Kairship.EndToEnd.Tests.Processes;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>The server dies by SIGKILL in the middle of a drill, whose twins and second Kairship are in the same process.</summary>
public sealed class DrillKillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ServerKilledTwiceInADrill_TheDrillBeginsAnew_IsReportedOnce_AndNothingRealIsTouched()
    {
        // The twin of the cluster falls silent.
        await using var stage = await LossStage.StartAsync(6, lookTimeout: LossStage.SilentLookTimeout);
        var (before, places) = (stage.Clusters.Select(c => c.Store.Revision).ToList(), stage.Places());
        string instance;
        using (var client = stage.Server.Connect())
        {
            instance = (await client.RunWorkflowAsync("dr-drill", new RunWorkflowRequest(JsonSerializer.SerializeToElement(new { Cluster = LossStage.Lost }), null, null, null))).Id;
        }

        // The second Kairship has its database; then: the twin of the cluster is lost.
        foreach (var (moment, isReached) in new (string, Func<bool>)[] { ("the second Kairship starts", () => HasDatabase(stage)), ("the twin is lost", () => Log(stage).Any(l => l.Contains("falls silent", StringComparison.Ordinal))) })
        {
            await Patience.UntilAsync(() => Task.FromResult(isReached()), () => $"it did not come to the point: {moment}\n{stage.Server.Tail()}", look: TimeSpan.FromMilliseconds(10));
            await stage.Server.KillAsync();
            Directory.EnumerateDirectories(stage.Drills).Should().ContainSingle("a process that is killed leaves what it has");
            (await stage.Server.StartAsync()).Should().BeLessThan(TimeSpan.FromSeconds(60));
            output.WriteLine($"killed: {moment}");
        }

        using var admin = stage.Server.Connect();
        var report = await EndAsync(stage, admin, instance);

        (report.Report.IsMet, report.Report.IsOver).Should().Be((true, true), report.Document.ToString());
        report.Document.GetProperty("loss").GetProperty("applications").GetArrayLength().Should().Be(stage.Wanted.Count);
        Directory.EnumerateFileSystemEntries(stage.Drills).Should().BeEmpty("nothing of it is left");
        stage.Clusters.Select(c => c.Store.Revision).Should().Equal(before, "no object of the real clusters was written");
        stage.Places().Should().Equal(places);
        (await admin.ListReportsAsync()).Items.Should().ContainSingle("the drill is reported once, and nothing real was lost");
        (await admin.ListReleasesAsync(take: 100)).Items.Should().HaveCount(stage.Wanted.Count).And.OnlyContain(r => r.Kind == "Release");
    }

    private static bool HasDatabase(LossStage stage) => Directory.Exists(stage.Drills) && Directory.EnumerateFiles(stage.Drills, "*.db", SearchOption.AllDirectories).Any();

    private static IEnumerable<string> Log(LossStage stage) => Directory.EnumerateFiles(Path.Combine(stage.Server.Data, "logs")).SelectMany(KairshipServerProcess.Read);

    private static async Task<ReportDetail> EndAsync(LossStage stage, KairshipClient admin, string instance)
    {
        await Patience.UntilAsync(
            async () => (await admin.GetInstanceAsync(instance)).Instance.Status is "Finished" or "Faulted" or "Cancelled", () => $"the drill does not end\n{stage.Server.Tail()}", TimeSpan.FromMinutes(5));
        return await admin.GetReportAsync((await admin.ListReportsAsync("drill")).Items.Single().Id);
    }
}
