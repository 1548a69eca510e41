using Kairship.Activities.Tests.Placements;
using Kairship.Activities.Tests.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Simulator;
using Kairship.Simulator.Faults;
using Kairship.Storage;
using Kairship.Testing.Releases;
using Kairship.Testing.Workflows;

namespace Kairship.Activities.Tests.Crashes;

/// <summary>What must not run twice moves and fails when it has grown, and the process dies at every commit of that: at no revision are there pods of it in two clusters, and it ends where it was.</summary>
public sealed class StatefulCrashTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("kairship-stateful-").FullName;
    private SimulatedFleet fleet = null!;

    private StorageOptions Storage => new() { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "kairship.db")}" };

    public async ValueTask InitializeAsync() => fleet = await SimulatedFleet.StartAsync(((string[])["east", "west"]).Select(name => new SimulatedClusterOptions
    {
        Name = name, Nodes = 1, Tls = false, PodReadyAfter = TimeSpan.FromMilliseconds(5),
    }));

    public async ValueTask DisposeAsync()
    {
        await fleet.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("failback-application", "StatefulSet")]
    [InlineData("deploy", "Autoscaled")]
    public async Task EveryCommit_FailsOnceBeforeAndOnceAfter_AndItIsNeverTwice(string workflow, string kind)
    {
        var release = await StartAsync(workflow, kind);
        using var watch = new SoloWatch(fleet.Clusters, "store");
        fleet["west"].Faults.SetImageFault("db:v1", PodFault.Unready);

        var lives = 0;
        for (var over = false; !over; lives++)
        {
            lives.Should().BeLessThan(500, "it must end some time");
            var fate = new Fate(Writes.EngineCommits, new Death(1, After: lives % 2 == 0));
            var rig = await ReleaseRig.StartAsync(Storage, folder, fate.Wrap, fate.Wrap);
            await using (rig)
            {
                try
                {
                    over = await LiveAsync(rig, fate, release);
                }
                catch (ProcessCrashedException) when (fate.IsDead)
                {
                    // The next life goes on.
                }
            }
        }

        await using var last = await ReleaseRig.StartAsync(Storage, folder);
        (await last.Delivery.GetReleaseAsync(release, CancellationToken.None))!.Status.Should().Be(ReleaseStatus.RolledBack, await last.DescribeAsync(release));
        lives.Should().BeGreaterThan(10, "each commit kills");
        watch.Doubled.Should().BeEmpty(await last.DescribeAsync(release));
        (watch.Runs("east"), watch.Runs("west")).Should().Be((true, false));
    }

    /// <summary>It is in east, and a release that takes it to west is asked for.</summary>
    private async Task<string> StartAsync(string workflow, string kind)
    {
        await using var rig = await ReleaseRig.StartAsync(Storage, folder);
        await rig.ImportWorkflowsAsync();
        await rig.JoinAsync(fleet);
        var first = await rig.EndAsync((await rig.ReleaseAsync(In("east"), StoreSample.All[kind], "v1")).Id);
        first.Status.Should().Be(ReleaseStatus.Succeeded, await rig.DescribeAsync(first.Id));
        await rig.Delivery.SaveApplicationAsync(In("west"), TimeProvider.System.GetUtcNow(), CancellationToken.None);
        return (await rig.Delivery.StartReleaseAsync(new NewRelease(In("west"), "v1", workflow, "dev"), TimeProvider.System.GetUtcNow(), CancellationToken.None)).Id;
    }

    private static Application In(string cluster) => PlacementStage.Application("store", new PlacementPolicy { ClusterAffinity = new ClusterAffinity([cluster]) }) with
    {
        Failover = new FailoverPolicy { Stateful = new StatefulPolicy() }, Rollout = new RolloutPolicy { Workflow = "deploy", ProgressDeadline = TimeSpan.FromSeconds(10) },
    };

    /// <summary>False: this life ended before the release.</summary>
    private static async Task<bool> LiveAsync(ReleaseRig rig, Fate fate, string release)
    {
        if ((await rig.Delivery.GetReleaseAsync(release, CancellationToken.None))!.InstanceId is null)
        {
            await rig.LaunchAsync((await rig.Delivery.GetReleaseAsync(release, CancellationToken.None))!);
        }

        while (!fate.IsDead)
        {
            if ((await rig.Delivery.GetReleaseAsync(release, CancellationToken.None))!.IsOver)
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        return false;
    }
}
