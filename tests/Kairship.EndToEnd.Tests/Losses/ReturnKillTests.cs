using Kairship.Api.Releases;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.Simulator.Faults;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>A cluster that was lost comes back, and the server dies by SIGKILL in the middle of bringing back what ran there: again and again with one fleet, since each loss makes the way back longer, not another.</summary>
public sealed class ReturnKillTests(ITestOutputHelper output)
{
    private const int Applications = 16;

    [Fact]
    public async Task ClusterReturns_ServerKilledAtFourMomentsOfTheWayBack_AllAreAtTheirOrigins_NoneDoubledNoneLost()
    {
        await using var stage = await LossStage.StartAsync(Applications, "{mode: automatic, stabilisation: 500ms, steps: [50]}");
        var origins = stage.Places();
        for (var round = 1; round <= ReturnPoint.All.Count; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await LoseAsync(stage, round);
            await ReturnAsync(stage, ReturnPoint.All[round - 1], round);
            stage.Places().Should().Equal(origins, "each is where it was ({0})", ReturnPoint.All[round - 1].Name);
            output.WriteLine($"{ReturnPoint.All[round - 1].Name}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        }

        stage.Server.Errors().Should().BeEmpty("nothing went wrong that anybody should look at");
    }

    private static async Task LoseAsync(LossStage stage, int round)
    {
        stage.LostCluster.Faults.Set(new FaultSettings { Unreachable = true });
        await Patience.UntilAsync(
            async () => (await stage.FailoversAsync()).Count(r => r.Status == "Succeeded") == round * Applications, () => $"they are not moved\n{stage.Server.Tail()}", look: TimeSpan.FromMilliseconds(100));
    }

    private async Task ReturnAsync(LossStage stage, ReturnPoint point, int round)
    {
        var (stale, before) = (stage.UidsInLost(), (await stage.ReleasesAsync("Failback")).Count);
        IReadOnlyList<ReleaseInfo> failbacks = [];

        // Not so quick that nothing can be seen of it.
        stage.LostCluster.Faults.Set(new FaultSettings { LatencyMilliseconds = 50, JitterMilliseconds = 45 });
        await Patience.UntilAsync(
            async () =>
            {
                var sight = await SeeAsync();
                VerifyRunning(stage, stale);
                return point.IsReached(sight);
            },
            () => $"it did not come to the point: {point.Name}\n{stage.Server.Tail()}", look: TimeSpan.FromMilliseconds(5));
        await stage.Server.KillAsync();
        var sight = new ReturnSight(stage, stale, failbacks);
        output.WriteLine($"killed with {sight.Left} stale, {sight.Back} that are new, {failbacks.Count} failbacks begun, {failbacks.Count(r => r.IsOver)} over of {sight.Wanted}");
        VerifyRunning(stage, stale);
        await stage.Server.StartAsync();
        await Patience.UntilAsync(
            async () =>
            {
                await SeeAsync();
                VerifyRunning(stage, stale);
                return failbacks.Count(r => r.Status == "Succeeded") == Applications;
            },
            () => $"they are not back: {string.Join('\n', failbacks)}\n{stage.Server.Tail()}", TimeSpan.FromSeconds(90));

        failbacks.Should().HaveCount(Applications).And.OnlyContain(r => r.Status == "Succeeded", "each returns by one release, however often the server dies");
        failbacks.Select(r => r.Application).Should().OnlyHaveUniqueItems();
        sight.Left.Should().Be(0, "what was left was fenced before anything came there");
        await EndedAsync(stage, round);
        stage.Running(stale).Should().OnlyContain(a => a.Value.Specified == stage.Wanted[a.Key] && a.Value.Ready == stage.Wanted[a.Key]);

        async Task<ReturnSight> SeeAsync()
        {
            var all = await stage.ReleasesAsync("Failback");
            failbacks = [.. all.Take(all.Count - before)];
            return new ReturnSight(stage, stale, failbacks);
        }
    }

    /// <summary>At no moment are there fewer ready pods than wanted, nor more wanted than what there was and what returns.</summary>
    private static void VerifyRunning(LossStage stage, IReadOnlySet<string> stale)
    {
        foreach (var (application, (specified, ready)) in stage.Running(stale))
        {
            var wanted = stage.Wanted[application];
            ready.Should().BeGreaterThanOrEqualTo(wanted, "{0} is served all the time", application);
            specified.Should().BeInRange(wanted, wanted + ((wanted + 1) / 2), "{0} is not doubled: a step grows before it shrinks, no more", application);
        }
    }

    /// <summary>What is reported is true before the workflow that says so has ended.</summary>
    private static async Task EndedAsync(LossStage stage, int round)
    {
        using var client = stage.Server.Connect();
        foreach (var (workflow, count) in new[] { ("failback", round), ("failback-application", round * Applications), ("failover", round), ("move", round * Applications) })
        {
            await Patience.UntilAsync(async () => (await client.ListInstancesAsync(workflow, take: 1000)).Items.All(i => i.FinishedAt is not null), () => $"{workflow} does not end");
            (await client.ListInstancesAsync(workflow, take: 1000)).Items.Should().HaveCount(count).And.OnlyContain(i => i.Status == "Finished" && i.IncidentCount == 0, "{0}", workflow);
        }
    }
}
