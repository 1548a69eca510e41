using Kairship.Activities.Tests.Returning;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Simulator.Faults;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Rollouts;

/// <summary>What must not run twice moves, and what moved it is preempted or goes back: at no revision of any cluster are there pods of it in two, whatever it is made of.</summary>
public sealed class StatefulMoveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each ends slowly.</summary>
    public static TheoryData<string> Kinds => [.. StoreSample.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Failback_OfWhateverItIsMade_IsNeverTwice(string kind)
    {
        await using var stage = await StoreSample.AwayAsync(StoreSample.All[kind]);
        using var watch = new SoloWatch(stage.Clusters, "store");
        watch.Runs("east").Should().BeTrue();

        var release = await stage.Rig.EndAsync((await stage.ReturnsAsync(StoreSample.Application)).Id);

        release.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(release.Id));
        await ReleaseRig.UntilAsync(() => Task.FromResult(watch.Runs("west") && !watch.Runs("east")), "it is back");
        watch.Doubled.Should().BeEmpty();
        stage.Truth("east", "store").Should().BeEmpty();
    }

    [Fact]
    public async Task Failover_ThatPreemptsAFailback_TakesAwayWhatHasGrown_First()
    {
        await using var stage = await StoreSample.AwayAsync(StoreSample.All["StatefulSet"], "north");
        using var watch = new SoloWatch(stage.Clusters, "store");
        stage["west"].Faults.SetImageFault("db:v1", PodFault.Unready);
        var failback = await stage.ReturnsAsync(StoreSample.Application with { Rollout = StoreSample.Application.Rollout with { ProgressDeadline = TimeSpan.FromMinutes(5) } });
        await ReleaseRig.UntilAsync(() => Task.FromResult(watch.Runs("west")), "it grows", () => stage.Rig.DescribeAsync(failback.Id));

        var failover = await stage.Rig.Delivery.StartReleaseAsync(
            new NewRelease(StoreSample.Application, "v1", "move", "health:north", null, new PlacementChange(ReleaseKind.Failover, "north is lost") { Lost = ["north"] }), TimeProvider.System.GetUtcNow(), Token);
        failover.Change!.Preempted.Should().Be(failback.Id);
        await stage.Rig.Runtime.CancelAsync((await stage.Rig.Delivery.GetReleaseAsync(failback.Id, Token))!.InstanceId!, Token);
        await stage.Rig.LaunchAsync(failover);

        failover = await stage.Rig.EndAsync(failover.Id);
        failover.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(failover.Id));
        (watch.Runs("east"), watch.Runs("west")).Should().Be((true, false));
        watch.Doubled.Should().BeEmpty();
    }

    [Theory]
    [InlineData("deploy", "StatefulSet")]
    [InlineData("canary", "Deployment")]
    public async Task Release_ToAnotherCluster_TakesAwayFirst_AndSoDoesItsRollback(string workflow, string kind)
    {
        await using var stage = await ReturnStage.StartAsync("east", "west");
        var east = StoreSample.Application with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["east"]) }, Rollout = StoreSample.Application.Rollout with { Workflow = workflow, Steps = [new(50, TimeSpan.FromMilliseconds(1))] } };
        var west = east with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["west"]) } };
        await stage.ReleaseAsync(east, StoreSample.All[kind]);
        using var watch = new SoloWatch(stage.Clusters, "store");
        stage["west"].Faults.SetImageFault("db:v1", PodFault.Unready);

        var failed = await stage.Rig.EndAsync((await stage.Rig.ReleaseAsync(west, StoreSample.All[kind], "v2")).Id);
        failed.Status.Should().Be(ReleaseStatus.RolledBack, await stage.Rig.DescribeAsync(failed.Id));
        (watch.Runs("east"), watch.Runs("west")).Should().Be((true, false));
        stage["west"].Faults.ClearImageFaults();
        var release = await stage.Rig.EndAsync((await stage.Rig.ReleaseAsync(west, StoreSample.All[kind], "v3")).Id);

        release.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(release.Id));
        watch.Runs("west").Should().BeTrue();
        watch.Doubled.Should().BeEmpty();
    }
}
