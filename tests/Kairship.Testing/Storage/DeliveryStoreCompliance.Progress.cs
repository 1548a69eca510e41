using FluentAssertions;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class DeliveryStoreCompliance
{
    [Fact]
    public async Task ReleaseClusters_Listed_ComeByWaveAsSavedThenByName()
    {
        foreach (var (cluster, wave) in new[] { ("eu-2", "first"), ("us-2", "rest"), ("eu-1", "first"), ("us-1", "rest") })
        {
            await Store.SaveReleaseClusterAsync(Cluster(cluster, wave), Cancel);
        }

        await Store.SaveReleaseClusterAsync(Cluster("eu-2", "first") with { ReleaseId = "other-1" }, Cancel);

        (await Store.ListReleaseClustersAsync("storefront-1", Cancel)).Select(x => x.Cluster).Should().Equal("eu-1", "eu-2", "us-1", "us-2");
    }

    [Fact]
    public async Task ReleaseCluster_SavedAgain_IsReplaced()
    {
        await Store.SaveReleaseClusterAsync(Cluster("eu-1", "first"), Cancel);
        var later = new ReleaseCluster(
            "storefront-1", "eu-1", "first", ClusterPhase.Canary, 25, 3, 4, "InProgress", "1 of 4 not ready", At.AddSeconds(9));

        await Store.SaveReleaseClusterAsync(later, Cancel);

        (await Store.ListReleaseClustersAsync("storefront-1", Cancel)).Should().Equal(later);
    }

    [Fact]
    public async Task ReleaseClusters_SavedAtTheSameTime_AreAllThere()
    {
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => Store.SaveReleaseClusterAsync(Cluster($"c{i % 10}", "first"), Cancel))));

        (await Store.ListReleaseClustersAsync("storefront-1", Cancel)).Should().HaveCount(10);
    }

    [Fact]
    public async Task ReleaseEvents_SameKeyTwice_IsOneLine()
    {
        await Store.AddReleaseEventAsync(Event("planned", 0), "k1", Cancel);
        await Store.AddReleaseEventAsync(Event("approved", 1) with { Cluster = "eu-1" }, "k2", Cancel);
        await Store.AddReleaseEventAsync(Event("planned again", 2), "k1", Cancel);
        await Store.AddReleaseEventAsync(Event("elsewhere", 3) with { ReleaseId = "other-1" }, "k1", Cancel);
        await Store.AddReleaseEventAsync(Event("promoted", 4), "k3", Cancel);

        (await Store.ListReleaseEventsAsync("storefront-1", 10, Cancel)).Should()
            .Equal(Event("planned", 0), Event("approved", 1) with { Cluster = "eu-1" }, Event("promoted", 4));
        (await Store.ListReleaseEventsAsync("storefront-1", 2, Cancel)).Select(x => x.Message).Should().Equal("approved", "promoted");
    }

    [Fact]
    public async Task Plan_Saved_ComesBackWholeAndIsReplacedByALaterOne()
    {
        (await Store.GetPlanAsync("storefront-1", Cancel)).Should().BeNull();
        var plan = SomePlan();

        await Store.SavePlanAsync("storefront-1", plan with { Digest = "old" }, Cancel);
        await Store.SavePlanAsync("storefront-1", plan, Cancel);

        var stored = await Store.GetPlanAsync("storefront-1", Cancel);
        stored.Should().BeEquivalentTo(plan, o => o.WithStrictOrdering());
        stored!.HasProblems.Should().BeTrue();
    }

    [Fact]
    public async Task Approval_Ensured_IsAskedOnce()
    {
        var first = await Store.EnsureApprovalAsync(SomeApproval(), Cancel);

        var again = await Store.EnsureApprovalAsync(SomeApproval() with { PlanDigest = "another" }, Cancel);

        first.Should().BeEquivalentTo(SomeApproval());
        again.PlanDigest.Should().Be("digest");
        (await Store.GetApprovalAsync("gate-1", Cancel)).Should().BeEquivalentTo(first);
        (await Store.GetApprovalAsync("gate-2", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Approval_Updated_OnlyWhenStillAsItWasRead()
    {
        var before = await Store.EnsureApprovalAsync(SomeApproval(), Cancel);
        var approved = before with
        {
            Status = ApprovalStatus.Approved,
            Decisions = [new ApprovalDecision("ann", ["release-manager"], true, "go \"now\" ☸ <b>", "digest", At.AddMinutes(1))],
        };

        (await Store.UpdateApprovalAsync(before, approved, Cancel)).Should().BeTrue();
        (await Store.UpdateApprovalAsync(before, before with { Status = ApprovalStatus.Rejected }, Cancel)).Should().BeFalse();

        var stored = (await Store.GetApprovalAsync("gate-1", Cancel))!;
        stored.Should().BeEquivalentTo(approved);
        (await Store.UpdateApprovalAsync(stored, stored with { Status = ApprovalStatus.Void }, Cancel)).Should().BeTrue("what was read can be changed");
    }

    [Fact]
    public async Task Approval_DecidedByManyAtOnce_KeepsEveryDecision()
    {
        await Store.EnsureApprovalAsync(SomeApproval(), Cancel);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            Approval read;
            do
            {
                read = (await Store.GetApprovalAsync("gate-1", Cancel))!;
            }
            while (!await Store.UpdateApprovalAsync(
                read, read with { Decisions = [.. read.Decisions, new ApprovalDecision($"p{i}", [], true, null, "digest", At)] }, Cancel));
        })));

        (await Store.GetApprovalAsync("gate-1", Cancel))!.Decisions.Select(x => x.By).Should().BeEquivalentTo(Enumerable.Range(0, 8).Select(i => $"p{i}"));
    }

    [Fact]
    public async Task Approvals_Listed_ComeNewestFirstPendingOnlyOrAll()
    {
        foreach (var (id, minute) in new[] { ("a", 1), ("c", 3), ("b", 2) })
        {
            await Store.EnsureApprovalAsync(SomeApproval() with { Id = id, RequestedAt = At.AddMinutes(minute) }, Cancel);
        }

        var b = (await Store.GetApprovalAsync("b", Cancel))!;
        await Store.UpdateApprovalAsync(b, b with { Status = ApprovalStatus.Rejected }, Cancel);

        (await Store.ListApprovalsAsync(pendingOnly: true, 10, Cancel)).Select(x => x.Id).Should().Equal("c", "a");
        (await Store.ListApprovalsAsync(pendingOnly: false, 10, Cancel)).Select(x => x.Id).Should().Equal("c", "b", "a");
        (await Store.ListApprovalsAsync(pendingOnly: false, 1, Cancel)).Select(x => x.Id).Should().Equal("c");
    }

    private static ReleaseCluster Cluster(string name, string wave) =>
        new("storefront-1", name, wave, ClusterPhase.Waiting, 0, 0, 0, "Unknown", null, At);

    private static ReleaseEvent Event(string message, int second) => new("storefront-1", At.AddSeconds(second), "note", null, message);

    private static Approval SomeApproval() => new(
        "gate-1", "storefront-1", "storefront", "digest", "ci", 2, ["release-manager"], ApprovalStatus.Pending, At, At.AddHours(8), []);

    private static Plan SomePlan()
    {
        var web = new ObjectRef("apps/v1", "Deployment", "shop", "web");
        return new Plan(
            "storefront",
            "v2",
            "v1",
            [new PlannedWave("first", ["eu-1"], 1)],
            [
                new ClusterPlan(
                    "eu-1",
                    new Dictionary<string, string> { ["region"] = "eu" },
                    "first",
                    new Dictionary<string, int> { ["Deployment/web"] = 3 },
                    "abc",
                    [new PlannedObject(web, PlannedAction.Update, [new FieldChange(".spec.replicas", "2", "3"), new FieldChange(".x", null, "\"y\"")])],
                    [new PlanProblem(web, "denied"), new PlanProblem(null, "unreachable")]),
            ],
            "digest");
    }
}
