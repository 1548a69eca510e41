using Kairship.Delivery.Approvals;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Releases;

/// <summary>The shipped workflows, from plan to end, against simulated clusters and SQLite.</summary>
public class ReleaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstRelease_HasNothingToCompareWith_AndGoesStraightIn()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var release = await DeployAsync(f, "v1");
        release.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v1"));
        (await f.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token)).Should().NotContain(e => e.Kind == "CanaryWeight");
        (await f.Rig.Delivery.GetCurrentRevisionAsync("shop", Token)).Should().Be("v1");
    }

    [Fact]
    public async Task Canary_Approved_IsPromotedWaveByWave()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        var approval = await f.Rig.PendingAsync(release.Id);
        f.Truth().Should().Equal(f.Expected("v1"), "nothing is changed before the approval");
        approval.PlanDigest.Should().Be((await f.Rig.Delivery.GetPlanAsync(release.Id, Token))!.Digest);
        await f.Rig.DecideAsync(release.Id, approve: true);

        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v2"));
        var story = await f.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token);
        story.Where(e => e.Kind == "CanaryWeight").Should().HaveCount(4, "two waves of two steps");
        story.Where(e => e.Kind == "Promoted").Select(e => e.Cluster).Should().Equal(["east", "north", "west"], "edge first, then core one at a time, by name");
        story.Where(e => e.Kind == "Approved").Should().ContainSingle();
        (await f.Rig.Delivery.GetArbiterLeaseAsync("shop", Token)).Should().BeNull();
    }

    [Fact]
    public async Task Canary_LeavesStableUntouched_UntilPromotion()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var slow = ShopSample.Application with
        {
            Rollout = ShopSample.Application.Rollout with { Steps = [new(50, TimeSpan.FromMinutes(5))] },
        };
        var before = Generations(f);
        var release = await f.Rig.ReleaseAsync(slow, ShopSample.Manifests("v2"), "v2");
        await ReleaseRig.UntilAsync(
            () => Task.FromResult(ClusterTruth.Pods(f.Fleet["east"], "shop").GetValueOrDefault("web:v2") == 4), "no canary", () => f.Rig.DescribeAsync(release.Id));

        Generations(f).Should().BeEquivalentTo(before, "no stable object was written");
        ClusterTruth.Pods(f.Fleet["east"], "shop").Should().Contain("web:v1", 4).And.Contain("web:v2", 4, "half of the traffic beside untouched stable pods is as many again");
        ClusterTruth.Pods(f.Fleet["north"], "shop").Should().NotContainKey("web:v2", "its wave comes later");
        await f.Rig.AbortAsync(release);
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Aborted, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v1"), "an abort leaves no trace of the canary");
        Generations(f).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task Canary_NeverReady_IsRolledBack_NamingClusterObjectAndReason()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var quick = ShopSample.Application with { Rollout = ShopSample.Application.Rollout with { ProgressDeadline = TimeSpan.FromSeconds(8) } };
        var release = await f.Rig.ReleaseAsync(quick, ShopSample.Manifests("crash-2"), "v2");
        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.RolledBack, await f.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("east").And.Contain("web").And.Contain("CrashLoopBackOff");
        f.Truth().Should().Equal(f.Expected("v1"));
        (await f.Rig.Delivery.GetCurrentRevisionAsync("shop", Token)).Should().Be("v1");
    }

    [Fact]
    public async Task Failure_InALaterWave_TakesPromotedClustersBackToo()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        f.Fleet["west"].Faults.SetImageFault("web:v2", Simulator.Faults.PodFault.ImagePullBackOff);
        var quick = ShopSample.Application with { Rollout = ShopSample.Application.Rollout with { ProgressDeadline = TimeSpan.FromSeconds(8) } };
        var release = await f.Rig.ReleaseAsync(quick, ShopSample.Manifests("v2", extra: "---\napiVersion: v1\nkind: Service\nmetadata: {name: extra}\nspec: {selector: {app: web}, ports: [{port: 81, protocol: TCP}]}"), "v2");
        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.RolledBack, await f.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("west").And.Contain("ImagePullBackOff");
        f.Truth().Should().Equal(f.Expected("v1"), "east was promoted already and went back; what only v2 had is gone");
    }

    [Fact]
    public async Task Rejection_EndsTheRelease_WithNothingChanged()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        await f.Rig.DecideAsync(release.Id, approve: false);
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Rejected);
        f.Truth().Should().Equal(f.Expected("v1"));
    }

    [Fact]
    public async Task Approval_OfAPlanThatNoLongerHolds_IsVoid_AndAskedAnew()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        var first = await f.Rig.PendingAsync(release.Id);

        // Somebody deletes an object meanwhile: applying v2 would now create it, which nobody has looked at.
        f.Fleet["west"].Store.Delete(new Simulator.Objects.ObjectKey("", "services", "shop", "web"));
        await f.Rig.DecideAsync(release.Id, approve: true);
        await ReleaseRig.UntilAsync(
            async () => (await f.Rig.Delivery.GetApprovalAsync(first.Id, Token))!.Status == ApprovalStatus.Void, "not void", () => f.Rig.DescribeAsync(release.Id));
        var second = await f.Rig.PendingAsync(release.Id);
        second.Id.Should().NotBe(first.Id);
        second.PlanDigest.Should().NotBe(first.PlanDigest);
        await f.Rig.DecideAsync(release.Id, approve: true);
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v2"));
    }

    [Fact]
    public async Task RollbackRequest_OfAReleaseUnderWay_EndsRolledBack()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        await f.Rig.PendingAsync(release.Id);
        await f.Rig.AbortAsync(release, rollback: true);
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Aborted, "nothing was done yet that could be rolled back");
        f.Truth().Should().Equal(f.Expected("v1"));
    }

    [Fact]
    public async Task ClusterUnreachableForAWhile_HoldsTheRelease_AndItGoesOn()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        await f.Rig.DecideAsync(release.Id, approve: true);
        await ReleaseRig.UntilAsync(() => Task.FromResult(ClusterTruth.Pods(f.Fleet["east"], "shop").ContainsKey("web:v2")), "no canary");
        f.Fleet["east"].Faults.Unreachable = true;
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        (await f.Rig.Delivery.GetReleaseAsync(release.Id, Token))!.IsOver.Should().BeFalse();
        f.Fleet["east"].Faults.Unreachable = false;
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v2"));
    }

    [Fact]
    public async Task Deploy_OfARevisionWithLess_PrunesOnlyWhatItCreated()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var first = await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests("v1", extra: "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\ndata: {a: b}"), "v1", "deploy");
        (await f.Rig.EndAsync(first.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(first.Id));
        f.Fleet["east"].Store.Create(
            new Simulator.Objects.ObjectKey("", "configmaps", "shop", "mine"),
            new System.Text.Json.Nodes.JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "mine", ["namespace"] = "shop" } });
        var second = await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests("v2"), "v2", "deploy");
        (await f.Rig.EndAsync(second.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(second.Id));
        f.Truth().Should().Equal(f.Expected("v2"));
        f.Fleet["east"].Store.Get(new Simulator.Objects.ObjectKey("", "configmaps", "shop", "mine")).Should().NotBeNull();
    }

    [Fact]
    public async Task DividedPlacement_DividesReplicasByWeight()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var divided = ShopSample.Application with
        {
            Placement = new PlacementPolicy
            {
                ReplicaScheduling = ReplicaSchedulingType.Divided,
                StaticWeights = [new StaticWeight(new ClusterAffinity(["east"]), 2), new StaticWeight(new ClusterAffinity(["west", "north"]), 1)],
            },
        };
        var release = await f.Rig.ReleaseAsync(divided, ShopSample.Manifests("v1"), "v1", "deploy");
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Fleet.Clusters.ToDictionary(c => c.Name, c => ClusterTruth.Pods(c, "shop").GetValueOrDefault("web:v1"))
            .Should().BeEquivalentTo(new Dictionary<string, int> { ["east"] = 2, ["west"] = 1, ["north"] = 1 });
    }

    [Fact]
    public async Task Plan_WithAProblem_IsRefused_AndNothingIsWritten()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var bad = ShopSample.Manifests("v1", extra: "---\napiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\nspec: {}");
        var release = await f.Rig.ReleaseAsync(ShopSample.Application, bad, "v1");
        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Failed);
        release.Reason.Should().Contain("Gadget").And.Contain("east");
        f.Truth().Should().BeEmpty();
    }

    private static async Task<Release> DeployAsync(ReleaseFixture f, string revision)
    {
        var release = await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests(revision), revision);
        return await f.Rig.EndAsync(release.Id);
    }

    private static Dictionary<string, string> Generations(ReleaseFixture f) => f.Fleet.Clusters
        .SelectMany(c => c.Store.List("apps", "deployments", "shop").Concat(c.Store.List("", "configmaps", "shop")).Concat(c.Store.List("", "services", "shop"))
            .Where(o => o["metadata"]!["labels"]?["kairship.io/track"] is null && o["metadata"]!["labels"]?["kairship.io/application"] is not null)
            .Select(o => (Key: $"{c.Name}/{o["kind"]}/{o["metadata"]!["name"]}", Value: $"{o["metadata"]!["generation"]}/{o["metadata"]!["annotations"]?["kairship.io/release"]}/{o["spec"]?.ToJsonString()}{o["data"]?.ToJsonString()}")))
        .ToDictionary(x => x.Key, x => x.Value);
}
