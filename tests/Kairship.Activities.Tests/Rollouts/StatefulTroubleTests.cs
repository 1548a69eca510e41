using Kairship.Activities.Drift;
using Kairship.Activities.Tests.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Simulator.Faults;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Rollouts;

/// <summary>A way back of what must not run twice goes wrong: when it has grown, before it may, and where it cannot be taken away again.</summary>
public sealed class StatefulTroubleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("StatefulSet", false)]
    [InlineData("StatefulSet", true)]
    [InlineData("Autoscaled", false)]
    [InlineData("DaemonSet", true)]
    public async Task Failback_ThatFailsOrIsAborted_WhenItHasGrown_IsTakenAwayBeforeItIsGivenBack(string kind, bool aborted)
    {
        await using var stage = await StoreSample.AwayAsync(StoreSample.All[kind]);
        using var watch = new SoloWatch(stage.Clusters, "store");
        stage["west"].Faults.SetImageFault("db:v1", PodFault.Unready);

        var started = await stage.ReturnsAsync(StoreSample.Application);
        await ReleaseRig.UntilAsync(() => Task.FromResult(watch.Runs("west")), "it grows", () => stage.Rig.DescribeAsync(started.Id));
        if (aborted)
        {
            await stage.Rig.AbortAsync(started);
        }

        var release = await stage.Rig.EndAsync(started.Id);
        release.Status.Should().Be(aborted ? ReleaseStatus.Aborted : ReleaseStatus.RolledBack, await stage.Rig.DescribeAsync(release.Id));
        watch.Runs("east").Should().BeTrue("it is where it was");
        watch.Doubled.Should().BeEmpty(await stage.Rig.DescribeAsync(release.Id));
        stage.Truth("west", "store").Should().BeEmpty();
    }

    [Fact]
    public async Task Failback_WhoseClusterIsLostBeforeItGrows_GivesBackWhatWasTakenAway()
    {
        await using var stage = await StoreSample.AwayAsync(StoreSample.All["StatefulSet"].Replace("fake/end-after: \"1\"", "fake/end-after: \"3\"", StringComparison.Ordinal));
        using var watch = new SoloWatch(stage.Clusters, "store");
        var started = await stage.ReturnsAsync(StoreSample.Application);
        await ReleaseRig.UntilAsync(() => Task.FromResult(stage.Replicas("east", "store", "statefulsets", "db") == 0), "it is being taken away", () => stage.Rig.DescribeAsync(started.Id));

        await stage.LoseAsync("west");

        var release = await stage.Rig.EndAsync(started.Id);
        release.Status.Should().Be(ReleaseStatus.RolledBack, await stage.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("west, where it is to grow, is not ready");
        watch.Runs("east").Should().BeTrue("nothing was written to west, so that nothing can run there");
        watch.Doubled.Should().BeEmpty();
    }

    [Fact]
    public async Task WhatDoesNotEnd_KeepsItFromGrowingElsewhere()
    {
        await using var stage = await StoreSample.AwayAsync(StoreSample.All["Deployment"].Replace("fake/end-after: \"1\"", "fake/end-after: \"3600\"", StringComparison.Ordinal)
            .Replace("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 3600", StringComparison.Ordinal), keep: "west");
        using var watch = new SoloWatch([stage["west"]], "store");

        var release = await stage.Rig.EndAsync((await stage.ReturnsAsync(StoreSample.Application with { Rollout = StoreSample.Application.Rollout with { ProgressDeadline = TimeSpan.FromSeconds(3) } })).Id);

        release.Status.Should().Be(ReleaseStatus.RolledBack, await stage.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("not certain that east runs nothing").And.Contain("(ending)");
        watch.Runs("west").Should().BeFalse();
    }

    [Fact]
    public async Task WhatCannotBeTakenAwayAgain_LeavesItAsItIs_UntilSomebodyReleasesItAndItCan()
    {
        await using var stage = await StoreSample.AwayAsync(StoreSample.All["StatefulSet"]);
        using var watch = new SoloWatch(stage.Clusters, "store");
        stage["west"].Faults.SetImageFault("db:v1", PodFault.Unready);
        var quick = StoreSample.Application with { Rollout = StoreSample.Application.Rollout with { ProgressDeadline = TimeSpan.FromSeconds(3) }, Drift = new DriftPolicy { Mode = DriftMode.Heal } };
        var started = await stage.ReturnsAsync(quick);
        await ReleaseRig.UntilAsync(() => Task.FromResult(watch.Runs("west")), "it grows", () => stage.Rig.DescribeAsync(started.Id));
        var node = stage["west"].Store.List("", "nodes").Single()["metadata"]!["name"]!.ToString();
        stage["west"].Faults.StopNode(node);

        var stuck = await stage.Rig.EndAsync(started.Id);
        stuck.Status.Should().Be(ReleaseStatus.Failed, await stage.Rig.DescribeAsync(stuck.Id));
        stuck.Reason.Should().Contain("It stays as it is, since it is not certain that west runs nothing");
        watch.Runs("east").Should().BeFalse();

        // Neither what puts back drift nor the next release doubles it.
        await stage.Rig.Get<DriftKeeper>().CheckAsync(quick, heal: true, Token);
        stage.Replicas("east", "store", "statefulsets", "db").Should().Be(0);
        var again = await ApprovedAsync(stage, quick, "v2");
        again.Status.Should().Be(ReleaseStatus.Failed, await stage.Rig.DescribeAsync(again.Id));
        (watch.Runs("east"), watch.Runs("west")).Should().Be((false, true));
        stage["west"].Faults.StartNode(node);
        var last = await ApprovedAsync(stage, quick with { Rollout = StoreSample.Application.Rollout }, "v3");
        last.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(last.Id));
        (watch.Runs("east"), watch.Runs("west")).Should().Be((true, false));
        watch.Doubled.Should().BeEmpty();
    }

    /// <summary>To east alone: people agree that what west has goes.</summary>
    private static async Task<Release> ApprovedAsync(ReturnStage stage, Application application, string revision)
    {
        var release = await stage.Rig.ReleaseAsync(
            application with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["east"]) } }, StoreSample.All["StatefulSet"], revision);
        await stage.Rig.DecideAsync(release.Id, approve: true);
        return await stage.Rig.EndAsync(release.Id);
    }
}
