using Kairship.Api.Reports;
using Kairship.EndToEnd.Tests.Processes;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>One of three clusters is lost, and the server dies by SIGKILL in the middle of moving what ran there.</summary>
public sealed class LossKillTests(ITestOutputHelper output)
{
    public static TheoryData<string> Points => [.. LossPoint.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task ClusterLost_ServerKilledAtAnyPointOfTheFailover_AllAreHealthyElsewhere_NoneDoubledNoneLost(string name)
    {
        var point = LossPoint.All.Single(p => p.Name == name);
        await using var stage = await LossStage.StartAsync(point.Applications, lookTimeout: point.LookTimeout);
        var (before, writes) = (stage.InLost(), stage.LostCluster.MutatingRequests);

        await point.ReachAsync(stage);
        output.WriteLine($"killed with {await CountAsync(stage)}");
        await stage.Server.KillAsync();
        output.WriteLine($"ready again after {(await stage.Server.StartAsync()).TotalSeconds:0.0} s with {await CountAsync(stage)}");
        var report = await EndAsync(stage);

        output.WriteLine(report.Report.Sentence!);
        report.Report.IsMet.Should().BeTrue(report.Document.ToString());
        var told = report.Document.GetProperty("applications").EnumerateArray().Select(a => a.GetProperty("application").GetString()!).ToList();
        told.Should().BeEquivalentTo(stage.Wanted.Keys, "the report names every application, and each once");
        foreach (var (application, (specified, ready, pods)) in stage.Left())
        {
            (specified, ready, pods).Should().Be((stage.Wanted[application], stage.Wanted[application], stage.Wanted[application]), "that is what {0} wants, in the clusters that are left", application);
        }

        await VerifyReleasesAsync(stage);
        stage.InLost().Should().Be(before, "nothing was written to the lost cluster");
        stage.LostCluster.MutatingRequests.Should().Be(writes, "nothing was even sent to it");
    }

    /// <summary>Waits for the report; never is more of an application in the clusters that are left than it wants.</summary>
    private static async Task<ReportDetail> EndAsync(LossStage stage)
    {
        ReportDetail? report = null;
        await Patience.UntilAsync(
            async () =>
            {
                stage.Left().Where(a => a.Value.Specified > stage.Wanted[a.Key] || a.Value.Pods > stage.Wanted[a.Key]).Should().BeEmpty("no application is doubled at any time");
                report = await stage.ReportAsync();
                return report?.Report.IsOver == true;
            },
            () => $"the loss is not over: {report?.Document}\n{stage.Server.Tail()}", TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(100));
        return report!;
    }

    private static async Task VerifyReleasesAsync(LossStage stage)
    {
        using var client = stage.Server.Connect();
        var all = (await client.ListReleasesAsync(take: 1000)).Items;
        all.Where(r => r.Kind == "Failover").Should().OnlyContain(r => r.Status == "Succeeded").And.HaveCount(stage.Wanted.Count, "each is moved by one release, however often the server dies");
        all.Where(r => r.Kind == "Failover").Select(r => r.Application).Should().OnlyHaveUniqueItems();
        all.Should().HaveCount(2 * stage.Wanted.Count);
        // What is reported is true before the workflow that says so has ended.
        await Patience.UntilAsync(
            async () => (await client.ListInstancesAsync("move", take: 1000)).Items.Concat((await client.ListInstancesAsync("failover")).Items).All(i => i.FinishedAt is not null), () => "a workflow does not end");
        (await client.ListInstancesAsync("move", take: 1000)).Items.Should().HaveCount(stage.Wanted.Count).And.OnlyContain(i => i.Status == "Finished" && i.IncidentCount == 0);
        (await client.ListInstancesAsync("failover")).Items.Should().ContainSingle("one loss is one failover").Which.Status.Should().Be("Finished");

        // They begin in order, eight at once.
        var begun = all.Where(r => r.Kind == "Failover").OrderBy(r => r.RequestedAt).Select(r => r.Application).Take(stage.Urgent.Count + 8);
        begun.Should().Contain(stage.Urgent, "the urgent ones go first");
    }

    private static async Task<string> CountAsync(LossStage stage)
    {
        var failovers = await stage.FailoversAsync();
        return $"{failovers.Count} begun, {stage.Left().Count(a => a.Value.Specified == stage.Wanted[a.Key])} applied, {failovers.Count(r => r.IsOver)} over of {stage.Wanted.Count}, "
            + $"report {(await stage.ReportAsync())?.Report.IsOver switch { null => "none", true => "over", _ => "open" }}";
    }
}
