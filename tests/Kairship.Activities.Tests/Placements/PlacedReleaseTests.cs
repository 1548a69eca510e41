using Kairship.Activities.Placements;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Health;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Placements;

/// <summary>Releases that know what the clusters have room for and where the application is.</summary>
public sealed class PlacedReleaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_DoesNotLandOnOneCluster_AndTheFourthIsToldWhy()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "1"), ("north", "1"), ("west", "1"));
        string[] names = ["a", "b", "c"];
        var plans = await Task.WhenAll(names.Select(n => stage.PlanAsync(PlacementStage.Application(n, PlacementStage.Aggregated), PlacementStage.Web(2), takesRoom: true)));

        plans.Select(p => p.Targets.Single().Cluster).Should().BeEquivalentTo("east", "north", "west");
        var fourth = () => stage.PlanAsync(PlacementStage.Application("d", PlacementStage.Aggregated), PlacementStage.Web(2));
        (await fourth.Should().ThrowAsync<DeliveryConflictException>()).Which.Message.Should().StartWith("d cannot be placed").And.ContainAll("east is not chosen", "north is not chosen", "west is not chosen", "room for 0 more");

        var again = await stage.PlanAsync(PlacementStage.Application("a", PlacementStage.Aggregated), PlacementStage.Web(2), takesRoom: true);
        again.Digest.Should().Be(plans[0].Digest, "what was expected for an application is not counted against itself");
    }

    [Fact]
    public async Task Release_WithoutRoom_IsRefused_WithTheSentenceForEachCluster_AndChangesNothing()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "1"), ("west", "1"));
        (await stage.EndsAsync(PlacementStage.Application("big", new PlacementPolicy()), PlacementStage.Web(2), "v1")).Status.Should().Be(ReleaseStatus.Succeeded);

        var refused = await stage.EndsAsync(PlacementStage.Application("more", new PlacementPolicy()), PlacementStage.Web(2), "v1");

        refused.Status.Should().Be(ReleaseStatus.Failed);
        refused.Reason.Should().ContainAll("more cannot be placed", "east", "west", "room for 0 more");
        stage.Pods("more").Should().BeEmpty();
    }

    [Fact]
    public async Task NextRelease_MovesNothing_ThoughTheRoomIsElsewhereNow()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "2"), ("west", "4"));
        var application = PlacementStage.Application("shop", PlacementStage.Dynamic);
        (await stage.EndsAsync(application, PlacementStage.Web(6), "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        stage.Pods("shop").Should().Equal("east 2", "west 4");
        (await stage.EndsAsync(PlacementStage.Application("other", new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["west"]) }), PlacementStage.Web(5), "v1"))
            .Status.Should().Be(ReleaseStatus.Succeeded, "the room that a settled release took is seen in the nodes");

        var second = await stage.EndsAsync(application, PlacementStage.Web(6, "v2", "300m"), "v2");

        second.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(second.Id));
        stage.Pods("shop").Should().Equal("east 2", "west 4");
        var plan = (await stage.Rig.Delivery.GetPlanAsync(second.Id, Token))!;
        plan.Placement!.Divisions.Should().ContainSingle(d => d.Contains("6 as before"));
        plan.Placement.Clusters.Should().OnlyContain(c => c.IsChosen && c.Before.Count == 1);
    }

    [Fact]
    public async Task Approval_HoldsForWhereItWasPlaced_ThoughTheRoomChangedMeanwhile()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "2"), ("west", "4"));
        var application = PlacementStage.Application("shop", PlacementStage.Dynamic);
        application = application with { Rollout = application.Rollout with { Approval = new ApprovalRequirement(1, ["release-manager"]) } };
        var release = await stage.Rig.ReleaseAsync(application, PlacementStage.Web(6), "v1");
        await stage.Rig.PendingAsync(release.Id);
        (await stage.EndsAsync(PlacementStage.Application("other", new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["west"]) }), PlacementStage.Web(5), "v1"))
            .Status.Should().Be(ReleaseStatus.Succeeded);

        await stage.Rig.DecideAsync(release.Id, approve: true);

        var ended = await stage.Rig.EndAsync(release.Id);
        ended.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(release.Id));
        stage.Pods("shop").Should().Equal("east 2", "west 4");
    }

    [Fact]
    public async Task FirstRelease_ThatFailed_IsTriedAgain_InTheRoomThatItsOwnPodsHold()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "1"));
        var application = PlacementStage.Application("shop", new PlacementPolicy());
        application = application with { Rollout = application.Rollout with { ProgressDeadline = TimeSpan.FromSeconds(3) } };
        stage.Fleet["east"].Faults.SetImageFault("web:v1", Simulator.Faults.PodFault.ImagePullBackOff);
        (await stage.EndsAsync(application, PlacementStage.Web(2, "v1", "300m"), "v1")).Status.Should().Be(ReleaseStatus.Failed);
        stage.Pods("shop").Should().Equal("east 2");
        stage.Fleet["east"].Faults.Heal();

        var second = await stage.EndsAsync(application, PlacementStage.Web(2, "v2", "300m"), "v2");

        second.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(second.Id));
    }

    [Fact]
    public async Task ClusterThatDoesNotAnswer_KeepsWhatItHas_AndGetsNothingNew_UntilItIsFailedOver()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "4"), ("west", "4"));
        var application = PlacementStage.Application("shop", new PlacementPolicy());
        (await stage.EndsAsync(application, PlacementStage.Web(2), "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        var now = TimeProvider.System.GetUtcNow();
        var silent = new ClusterCondition(ClusterCondition.Ready, ConditionStatus.Unknown, "Timeout", "no answer", now);
        await stage.Rig.Get<IClusterHealthStore>().CommitAsync(
            new ClusterTransition("west", 1, null, ConditionStatus.Unknown, "Timeout", "no answer", now), new ClusterReport("west", [silent], null, null, null, now, 1, null), isAnnounced: true, Token);

        var next = await stage.PlanAsync(application, PlacementStage.Web(2, "v2"));
        next.Targets.Select(c => c.Cluster).Should().Equal(["east", "west"], "a release is no failover");
        next.Placement!.Clusters.Single(c => c.Cluster == "west").Sentence.Should().Contain("kairship.io/unreachable").And.Contain("keeps what it has");
        (await stage.PlanAsync(PlacementStage.Application("new", new PlacementPolicy()), PlacementStage.Web(1))).Targets.Select(c => c.Cluster).Should().Equal("east");
        var explained = await stage.Rig.Get<PlacementExplainer>().ExplainAsync(application, ManifestParser.Parse(PlacementStage.Web(2)), static order => order, Token);
        explained.Clusters.Select(c => c.Name).Should().Equal(["east"], "asked where it would be now");
        explained.Leaving.Select(c => c.Name).Should().Equal("west");
    }
}
