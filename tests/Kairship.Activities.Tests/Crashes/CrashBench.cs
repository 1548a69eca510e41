using System.Globalization;
using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Simulator;
using Kairship.Simulator.Faults;
using Kairship.Storage;
using Kairship.Testing.Releases;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Storage;

namespace Kairship.Activities.Tests.Crashes;

/// <summary>Where the new image does not come up.</summary>
internal enum Broken
{
    Nowhere,

    /// <summary>In the first wave: only a canary is to be removed.</summary>
    Everywhere,

    /// <summary>In the second: the first is promoted and has to go back.</summary>
    LaterWave,
}

/// <summary>How a release ended, and what was seen of its way.</summary>
/// <param name="Story">"Promoted east" and so on, sorted.</param>
/// <param name="Clusters">"east Promoted 100 4/4 Healthy".</param>
/// <param name="Lives">Processes that it took.</param>
/// <param name="Writes">Writes in the last life, of the kind that counts.</param>
internal sealed record CrashRun(
    Release Release, IReadOnlyList<string> Story, IReadOnlyList<string> Clusters, IReadOnlyList<Approval> Approvals, int Lives, int Writes, string Description);

/// <summary>
/// Two simulated clusters and a database that outlive the process. Every run releases the next revision on them in as many lives as it takes: each life is a
/// whole new process (engine, fleet, stores) on the same database.
/// </summary>
internal sealed class CrashBench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly string folder = Directory.CreateTempSubdirectory("kairship-crash-").FullName;
    private readonly StorageOptions storage;
    private readonly IWorkflowStore? memory;
    private int revisions;

    private CrashBench(SimulatedFleet fleet, StorageOptions? storage, bool inMemory)
    {
        Fleet = fleet;
        this.storage = storage ?? new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "kairship.db")}" };
        memory = inMemory ? new InMemoryWorkflowStore(TimeProvider.System) : null;
    }

    public SimulatedFleet Fleet { get; }

    /// <summary>The image tag that is released.</summary>
    public string Tag { get; private set; } = "v1";

    /// <param name="storage">null: SQLite.</param>
    /// <param name="inMemory">The engine's store is in memory and survives the "process"; releases stay in the database.</param>
    public static async Task<CrashBench> StartAsync(StorageOptions? storage = null, bool inMemory = false)
    {
        var bench = new CrashBench(await SimulatedFleet.StartAsync(CrashSample.Clusters), storage, inMemory);
        await (await ReleaseRig.StartAsync(bench.storage, bench.folder)).DisposeAsync(); // Makes the tables, which the store in memory does not.
        var rig = await bench.BootAsync(new Fate(Writes.EngineCommits, Death.Never));
        await using (rig)
        {
            await rig.ImportWorkflowsAsync();
            await rig.JoinAsync(bench.Fleet);
            var first = await rig.ReleaseAsync(
                CrashSample.Application with { Rollout = CrashSample.Application.Rollout with { Approval = null } }, CrashSample.Manifests("v1"), "r0", "deploy");
            (await rig.EndAsync(first.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await rig.DescribeAsync(first.Id));
        }

        CrashSample.Truth(bench.Fleet).Should().Equal(CrashSample.Expected(bench.Fleet, "v1"));
        return bench;
    }

    /// <summary>Releases the next revision by a shipped workflow.</summary>
    /// <param name="deaths">How each life ends, counted from 1.</param>
    /// <param name="change">What the application says now.</param>
    public async Task<CrashRun> RunAsync(
        Writes counted, Broken broken, Func<int, Death> deaths, string workflow = "canary", Func<Application, Application>? change = null)
    {
        var revision = (++revisions).ToString(CultureInfo.InvariantCulture);
        var tag = broken == Broken.Everywhere ? $"crash-{revision}" : $"v1.{revision}";
        if (broken == Broken.LaterWave)
        {
            Fleet["west"].Faults.SetImageFault($"web:{tag}", PodFault.ImagePullBackOff);
        }

        string? releaseId = null;
        for (var life = 1; ; life++)
        {
            life.Should().BeLessThan(1000, "it must end some time");
            var fate = new Fate(counted, deaths(life));
            var rig = await BootAsync(fate);
            await using (rig)
            {
                try
                {
                    releaseId ??= await RequestAsync(rig, (change ?? (a => a))(CrashSample.ApplicationFor(broken)), tag, $"r{revision}", workflow);
                    if (await LiveAsync(rig, fate, releaseId))
                    {
                        Tag = broken == Broken.Nowhere ? tag : Tag;
                        return await ReadAsync(rig, releaseId, life, fate.Count);
                    }
                }
                catch (ProcessCrashedException) when (fate.IsDead)
                {
                    // The next life goes on.
                }
            }
        }
    }

    /// <summary>Everything that must hold after a release, however often its process died.</summary>
    /// <param name="expected">The same release without a crash.</param>
    public async Task VerifyAsync(CrashRun run, CrashRun expected, string crash)
    {
        run.Release.Status.Should().Be(expected.Release.Status, "{0}: {1}", crash, run.Description);
        run.Story.Should().Equal(expected.Story, "{0}: every event is told once: {1}", crash, run.Description);
        run.Clusters.Should().Equal(expected.Clusters, "{0}: {1}", crash, run.Description);
        run.Approvals.Should().HaveCount(expected.Approvals.Count, "{0}: {1}", crash, run.Description)
            .And.NotContain(a => a.Status != ApprovalStatus.Approved || a.Decisions.Count != 1, "{0}: {1}", crash, run.Description);
        CrashSample.Truth(Fleet).Should().Equal(CrashSample.Expected(Fleet, Tag), "{0}: {1}", crash, run.Description);
        foreach (var cluster in Fleet.Clusters)
        {
            await ReleaseRig.UntilAsync(
                () => Task.FromResult(ClusterTruth.Pods(cluster, "shop") is { Count: 2 } pods && pods["api:v1"] == 2 && pods[$"web:{Tag}"] == 2),
                $"{crash}: pods are left over in {cluster.Name}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Task<ReleaseRig> BootAsync(Fate fate) =>
        ReleaseRig.StartAsync(storage, folder, store => fate.Wrap(memory ?? store), fate.Wrap);

    /// <summary>What the server does in one transaction; the workflow is started in the first life that gets to it.</summary>
    private static async Task<string> RequestAsync(ReleaseRig rig, Application application, string tag, string revision, string workflow)
    {
        var time = TimeProvider.System.GetUtcNow();
        var parsed = ManifestParser.Parse(CrashSample.Manifests(tag));
        await rig.Delivery.SaveApplicationAsync(application, time, CancellationToken.None);
        await rig.Delivery.AddRevisionAsync("shop", revision, ManifestParser.ToJsonArray(parsed), ManifestParser.Digest(parsed), "dev", time, CancellationToken.None);
        return (await rig.Delivery.StartReleaseAsync(new NewRelease(application, revision, workflow, "dev", revision), time, CancellationToken.None)).Id;
    }

    /// <summary>True when the workflow has finished; false when the process died.</summary>
    private static async Task<bool> LiveAsync(ReleaseRig rig, Fate fate, string releaseId)
    {
        var release = await rig.Delivery.GetReleaseAsync(releaseId, CancellationToken.None);
        if (release!.InstanceId is null)
        {
            await rig.LaunchAsync(release);
        }

        var instance = (await rig.Delivery.GetReleaseAsync(releaseId, CancellationToken.None))!.InstanceId!;
        var approver = new Approver(rig, releaseId, instance);
        var start = TimeProvider.System.GetTimestamp();
        while (!fate.IsDead)
        {
            await approver.LookAsync();
            var status = (await rig.Workflows.GetInstanceAsync(instance, CancellationToken.None))!;
            if (status.Status is InstanceStatus.Finished or InstanceStatus.Faulted or InstanceStatus.Cancelled || status.QuarantineReason is not null)
            {
                status.Status.Should().Be(InstanceStatus.Finished, await rig.DescribeAsync(releaseId));
                return true;
            }

            TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(Patience, await rig.DescribeAsync(releaseId));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        return false;
    }

    private async Task<CrashRun> ReadAsync(ReleaseRig rig, string releaseId, int lives, int writes)
    {
        var story = await rig.Delivery.ListReleaseEventsAsync(releaseId, 1000, CancellationToken.None);
        var clusters = await rig.Delivery.ListReleaseClustersAsync(releaseId, CancellationToken.None);
        var approvals = (await rig.Delivery.ListApprovalsAsync(false, 1000, CancellationToken.None)).Where(a => a.ReleaseId == releaseId).ToList();
        (await rig.Delivery.GetArbiterLeaseAsync("shop", CancellationToken.None)).Should().BeNull("no lease is left");
        (await rig.Delivery.GetCurrentRevisionAsync("shop", CancellationToken.None)).Should().Be(Tag == "v1" ? "r0" : "r" + Tag.Split('.')[1]);
        (await rig.Workflows.NextDueAsync(CancellationToken.None)).Should().BeNull("nothing of the workflow is left to do");
        return new CrashRun(
            (await rig.Delivery.GetReleaseAsync(releaseId, CancellationToken.None))!,
            [.. story.Select(e => $"{e.Kind} {e.Cluster}".Trim()).Order(StringComparer.Ordinal)],
            [.. clusters.Select(c => $"{c.Cluster} {c.Phase} {c.Weight} {c.Ready}/{c.Desired} {c.Health}")],
            approvals, lives, writes, await rig.DescribeAsync(releaseId));
    }

    /// <summary>The release manager: decides once; whose request got no answer sends the signal again.</summary>
    private sealed class Approver(ReleaseRig rig, string releaseId, string instance)
    {
        private bool signalled;

        public async Task LookAsync()
        {
            if (signalled || (await rig.Delivery.ListApprovalsAsync(false, 100, CancellationToken.None)).FirstOrDefault(a => a.ReleaseId == releaseId) is not { } approval)
            {
                return;
            }

            if (approval.Status == ApprovalStatus.Pending)
            {
                await rig.DecideAsync(releaseId, approve: true);
            }
            else
            {
                await rig.Runtime.SignalAsync(instance, new Stimulus(ReleaseSignals.Approval(approval.Id), null), $"{approval.Id}/manager", CancellationToken.None);
            }

            signalled = true;
        }
    }
}
