using Kairship.Delivery.Releases;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Crashes;

/// <summary>
/// The process dies at commits of a release and another one goes on with the same database: nothing of that may show, neither in the clusters nor in the
/// release's story. One subclass for each store of the engine.
/// </summary>
public abstract class ReleaseCrashes
{
    private const int Shards = 4;

    /// <summary>A bench on a database of its own.</summary>
    internal abstract Task<CrashBench> StartAsync();

    /// <summary>Which of the crashes at each commit the sweep takes: all would take too long on every store.</summary>
    protected virtual bool Takes(int commit, bool after) => true;

    /// <summary>Every file of the folder that carries out releases: a new one has to be released by here, too.</summary>
    public static TheoryData<string> Workflows => [.. ReleaseRig.ReleaseWorkflows.Select(f => Path.GetFileNameWithoutExtension(f)!)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public async Task EveryCommit_FailsOnceBeforeAndOnceAfterItIsApplied_AndTheReleaseIsPromoted(string workflow)
    {
        await using var bench = await StartAsync();
        var expected = await bench.RunAsync(Writes.EngineCommits, Broken.Nowhere, _ => Death.Never, workflow);
        expected.Release.Status.Should().Be(ReleaseStatus.Succeeded, expected.Description);
        expected.Approvals.Should().HaveCount(workflow == "rollback" ? 0 : 1, "who goes back does not wait for an approval");
        expected.Writes.Should().BeGreaterThan(5);
        await bench.VerifyAsync(expected, expected, "no crash");

        // In each life one commit: the first time it is lost, the second time it is kept and only its answer is lost.
        var run = await bench.RunAsync(Writes.EngineCommits, Broken.Nowhere, life => new Death(1, After: life % 2 == 0), workflow);
        run.Lives.Should().BeGreaterThan(expected.Writes, "each of them kills");
        await bench.VerifyAsync(run, expected, "crash at every commit");
    }

    [Theory]
    [InlineData(Broken.Everywhere)]
    [InlineData(Broken.LaterWave)]
    internal async Task EveryCommit_FailsOnceBeforeAndOnceAfterItIsApplied_AndTheBrokenReleaseIsRolledBack(Broken broken)
    {
        await using var bench = await StartAsync();
        var expected = await bench.RunAsync(Writes.EngineCommits, broken, _ => Death.Never);
        expected.Release.Status.Should().Be(ReleaseStatus.RolledBack, expected.Description);
        expected.Release.Reason.Should().Contain(broken == Broken.LaterWave ? "west" : "east").And.Contain("web-canary");
        await bench.VerifyAsync(expected, expected, "no crash");

        var run = await bench.RunAsync(Writes.EngineCommits, broken, life => new Death(1, After: life % 2 == 0));
        run.Release.Reason.Should().Contain(broken == Broken.LaterWave ? "west" : "east").And.Contain("web-canary");
        await bench.VerifyAsync(run, expected, "crash at every commit");
    }

    [Fact]
    public async Task OneCommit_WhicheverItIs_FailsBeforeOrAfterItIsApplied_AndTheReleaseIsPromoted()
    {
        var bench = await StartAsync();
        CrashRun expected;
        await using (bench)
        {
            expected = await UndisturbedAsync(bench, Writes.EngineCommits);
        }

        await SweepAsync(StartAsync, Writes.EngineCommits, Broken.Nowhere, expected, Takes);
    }

    /// <summary>
    /// A release without a crash. How often it looks before pods are ready, and how many ends share a commit, differs from run to run: of two the one with fewer writes,
    /// so that a sweep over them finds its write in nearly every run.
    /// </summary>
    internal static async Task<CrashRun> UndisturbedAsync(CrashBench bench, Writes counted)
    {
        var (first, second) = (await bench.RunAsync(counted, Broken.Nowhere, _ => Death.Never), await bench.RunAsync(counted, Broken.Nowhere, _ => Death.Never));
        return first.Writes < second.Writes ? first : second;
    }

    /// <summary>A crash at each write from the first to the last that the undisturbed run made, shared out over benches that run at the same time.</summary>
    internal static async Task SweepAsync(
        Func<Task<CrashBench>> start, Writes counted, Broken broken, CrashRun expected, Func<int, bool, bool> takes)
    {
        expected.Writes.Should().BeGreaterThan(15);
        var deaths = Enumerable.Range(1, expected.Writes).SelectMany(n => (Death[])[new(n, false), new(n, true)]).Where(d => takes(d.Write!.Value, d.After)).ToList();
        var crashed = 0;
        await Task.WhenAll(Enumerable.Range(0, Shards).Select(async shard =>
        {
            var bench = await start();
            await using (bench)
            {
                foreach (var death in deaths.Where((_, i) => i % Shards == shard))
                {
                    var run = await bench.RunAsync(counted, broken, life => life == 1 ? death : Death.Never);
                    await bench.VerifyAsync(run, expected, $"crash {death}");
                    (run.Lives == 2 || run.Writes < death.Write).Should().BeTrue("a run that reaches write {0} dies there, and this one lived {1} times with {2} writes", death, run.Lives, run.Writes);
                    Interlocked.Add(ref crashed, run.Lives - 1);
                }
            }
        }));

        crashed.Should().BeGreaterThan(deaths.Count * 3 / 4, "nearly every run must have had its crash");
    }
}
