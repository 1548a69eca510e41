using FluentAssertions;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class DeliveryStoreCompliance
{
    [Fact]
    public async Task Release_Started_IsPendingAndHoldsItsApplication()
    {
        await Store.SetCurrentRevisionAsync("storefront", "v1", Cancel);

        var release = await StartAsync();

        release.Should().BeEquivalentTo(new Release(
            "storefront-1", "storefront", 1, "v2", "v1", "canary", null, ReleaseStatus.Pending, null, "ci", At, null, Storefront()));
        var stored = await Store.GetReleaseAsync("storefront-1", Cancel);
        stored!.Spec.Should().BeEquivalentTo(Storefront());
        stored.FromRevision.Should().Be("v1");
        (await Store.GetReleaseAsync("storefront-2", Cancel)).Should().BeNull();
        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should()
            .Be(new ArbiterLease("storefront", "storefront-1", ArbiterPurpose.Release, 1, At));
        (await Store.GetArbiterLeaseAsync("other", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Release_WhileAnotherHolds_IsAConflictThatNamesTheHolderAndLeavesNothing()
    {
        await StartAsync();

        (await FluentActions.Awaiting(() => StartAsync(dedupeKey: "k")).Should().ThrowAsync<DeliveryConflictException>())
            .Which.Message.Should().Contain("storefront-1");

        (await Store.ListReleasesAsync(null, 0, 10, Cancel)).Total.Should().Be(1);
        (await Store.FindStartedReleaseAsync("k", Cancel)).Should().BeNull("a refused request may be repeated");
        (await StartAsync("other")).Id.Should().Be("other-1", "another application is free");
    }

    [Theory]
    [InlineData(ReleaseStatus.Succeeded)]
    [InlineData(ReleaseStatus.RolledBack)]
    [InlineData(ReleaseStatus.Aborted)]
    [InlineData(ReleaseStatus.Rejected)]
    [InlineData(ReleaseStatus.Failed)]
    public async Task Release_AtItsEnd_GivesTheApplicationUpAndNeverChangesAgain(ReleaseStatus end)
    {
        await StartAsync();

        (await Store.SetReleaseStatusAsync("storefront-1", end, "because", At.AddMinutes(5), Cancel)).Should().BeTrue();

        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should().BeNull();
        (await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.Progressing, null, At.AddMinutes(6), Cancel)).Should().BeFalse();
        var stored = (await Store.GetReleaseAsync("storefront-1", Cancel))!;
        (stored.Status, stored.Reason, stored.FinishedAt).Should().Be((end, "because", At.AddMinutes(5)));
        (await StartAsync(minutes: 7)).Id.Should().Be("storefront-2");
        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Epoch.Should().Be(2, "it grows with every holder");
        (await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.Failed, null, At.AddMinutes(8), Cancel)).Should().BeFalse();
        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Holder.Should().Be("storefront-2");
    }

    [Fact]
    public async Task Release_OnItsWay_KeepsTheApplication()
    {
        await StartAsync();

        foreach (var status in new[] { ReleaseStatus.AwaitingApproval, ReleaseStatus.Progressing, ReleaseStatus.Paused, ReleaseStatus.RollingBack })
        {
            (await Store.SetReleaseStatusAsync("storefront-1", status, null, At, Cancel)).Should().BeTrue();
            var stored = (await Store.GetReleaseAsync("storefront-1", Cancel))!;
            (stored.Status, stored.FinishedAt).Should().Be((status, null));
        }

        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Holder.Should().Be("storefront-1");
        (await Store.SetReleaseStatusAsync("missing", ReleaseStatus.Failed, null, At, Cancel)).Should().BeFalse();
    }

    [Fact]
    public async Task Release_ReasonOfARollback_StaysWhenItsEndSaysNone()
    {
        await StartAsync();
        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.Paused, "lunch", At, Cancel);
        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.Progressing, null, At, Cancel);
        (await Store.GetReleaseAsync("storefront-1", Cancel))!.Reason.Should().BeNull("all is well again");

        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.RollingBack, "eu-1: Deployment/web never became ready", At, Cancel);
        await Store.SetReleaseStatusAsync("storefront-1", ReleaseStatus.RolledBack, null, At, Cancel);

        (await Store.GetReleaseAsync("storefront-1", Cancel))!.Reason.Should().Be("eu-1: Deployment/web never became ready");
    }

    [Fact]
    public async Task Release_SameDedupeKey_IsTheOneItStarted()
    {
        var first = await StartAsync(dedupeKey: "webhook:github:1");
        (await StartAsync(dedupeKey: "webhook:github:1", minutes: 1)).Id.Should().Be(first.Id, "no conflict: nothing is started");
        await Store.SetReleaseStatusAsync(first.Id, ReleaseStatus.Succeeded, null, At, Cancel);

        (await StartAsync(dedupeKey: "webhook:github:1", minutes: 2)).Id.Should().Be(first.Id);
        (await Store.FindStartedReleaseAsync("webhook:github:1", Cancel))!.Id.Should().Be(first.Id);
        (await Store.FindStartedReleaseAsync("webhook:github:2", Cancel)).Should().BeNull();
        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Releases_StartedAtTheSameTime_HaveOneWinner()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            try
            {
                return (await StartAsync(dedupeKey: $"k{i}")).Id;
            }
            catch (DeliveryConflictException)
            {
                return null;
            }
        })));

        outcomes.Should().ContainSingle(x => x != null).Which.Should().Be("storefront-1");
    }

    [Fact]
    public async Task Releases_StartedByOneKeyAtTheSameTime_AreOne()
    {
        var releases = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => StartAsync(dedupeKey: "k"))));

        releases.Select(x => x.Id).Distinct().Should().Equal("storefront-1");
    }

    [Fact]
    public async Task Releases_Listed_ComeNewestFirstInPages()
    {
        for (var i = 0; i < 4; i++)
        {
            var release = await StartAsync(i == 2 ? "other" : "storefront", minutes: i);
            await Store.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, At, Cancel);
        }

        (await Store.ListReleasesAsync(null, 0, 10, Cancel)).Items.Select(x => x.Id)
            .Should().Equal("storefront-3", "other-1", "storefront-2", "storefront-1");
        var (items, total) = await Store.ListReleasesAsync("storefront", 1, 1, Cancel);
        items.Select(x => x.Id).Should().Equal("storefront-2");
        total.Should().Be(3);
    }

    [Fact]
    public async Task Releases_WithoutAnInstance_AreOrphanedUntilTheyHaveOneOrAreOver()
    {
        await StartAsync("a");
        await StartAsync("b", minutes: 1);
        await StartAsync("c", minutes: 2);

        await Store.SetReleaseInstanceAsync("b-1", "instance-7", Cancel);
        await Store.SetReleaseStatusAsync("c-1", ReleaseStatus.Aborted, null, At, Cancel);

        (await Store.ListOrphanedReleasesAsync(Cancel)).Select(x => x.Id).Should().Equal("a-1");
        (await Store.GetReleaseAsync("b-1", Cancel))!.InstanceId.Should().Be("instance-7");
    }

    [Theory]
    [InlineData(ReleaseKind.Scale, ReleaseKind.Scale, false)]
    [InlineData(ReleaseKind.Scale, ReleaseKind.Release, true)]
    [InlineData(ReleaseKind.Release, ReleaseKind.Scale, false)]
    [InlineData(ReleaseKind.Release, ReleaseKind.Failback, true)]
    [InlineData(ReleaseKind.Failback, ReleaseKind.Release, false)]
    [InlineData(ReleaseKind.Failback, ReleaseKind.Failover, true)]
    [InlineData(ReleaseKind.Failover, ReleaseKind.Failover, false)]
    public async Task Release_OfAHigherKind_EndsTheOneBefore_AndOthersAreRefused(ReleaseKind first, ReleaseKind second, bool wins)
    {
        var before = await Store.StartReleaseAsync(Order(first), At, Cancel);
        var start = () => Store.StartReleaseAsync(Order(second), At.AddMinutes(1), Cancel);

        if (!wins)
        {
            (await start.Should().ThrowAsync<DeliveryConflictException>()).WithMessage($"*{before.Id}*");
            (await Store.GetReleaseAsync(before.Id, Cancel))!.IsOver.Should().BeFalse();
            return;
        }

        var after = await start();
        after.Kind.Should().Be(second);
        after.Change!.Preempted.Should().Be(before.Id);
        (await Store.GetReleaseAsync(after.Id, Cancel)).Should().BeEquivalentTo(after);
        (await Store.GetReleaseAsync(before.Id, Cancel)).Should().Match<Release>(r => r.Status == ReleaseStatus.Aborted && r.Reason!.Contains(after.Id) && r.FinishedAt == At.AddMinutes(1));
        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Holder.Should().Be(after.Id);
        (await Store.SetReleaseStatusAsync(before.Id, ReleaseStatus.Succeeded, null, At, Cancel)).Should().BeFalse("it is over");
        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Holder.Should().Be(after.Id, "the end of the other is not its");
    }

    [Fact]
    public async Task Change_ComesBack_AsItWasAskedFor()
    {
        var change = new PlacementChange(ReleaseKind.Failover, "east is lost: \u2603")
        {
            Totals = new Dictionary<string, int> { ["Deployment/web"] = 12 }, Lost = ["east"], Alternative = "second", Fresh = true,
        };

        var started = await Store.StartReleaseAsync(Order(ReleaseKind.Failover) with { Change = change, DedupeKey = "once" }, At, Cancel);

        (await Store.StartReleaseAsync(Order(ReleaseKind.Failover) with { DedupeKey = "once" }, At, Cancel)).Should().BeEquivalentTo(started);
        (await Store.GetReleaseAsync(started.Id, Cancel))!.Change.Should().BeEquivalentTo(change);
        (await StartAsync("other")).Change.Should().BeNull();
    }

    private static NewRelease Order(ReleaseKind kind) => new(
        Storefront("storefront"), "v2", "canary", "ci", null, kind == ReleaseKind.Release ? null : new PlacementChange(kind, "because"));
}
