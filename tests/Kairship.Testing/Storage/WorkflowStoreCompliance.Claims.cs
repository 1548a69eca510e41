using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Claim_NewInstance_RaisesTheEpochAndHandsOverTheState()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);

        var claim = await Store.ClaimAsync("i", "a", LongLease, Cancel);

        claim!.Epoch.Should().Be(1);
        claim.Claims.Should().Be(1);
        claim.Instance.Owner.Should().Be("a");
        claim.Instance.Epoch.Should().Be(1);
        Text(claim.Instance.State).Should().Be("new");
        claim.Inbox.Should().BeEmpty();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task Claim_WhileHeld_IsRefusedToEverybody(string other)
    {
        await CreateAndClaimAsync("i", "a");

        (await Store.ClaimAsync("i", other, LongLease, Cancel)).Should().BeNull();
        (await GetAsync("i")).Epoch.Should().Be(1);
    }

    [Fact]
    public async Task Claim_MissingInstance_IsNull() => (await Store.ClaimAsync("missing", "a", LongLease, Cancel)).Should().BeNull();

    [Theory]
    [InlineData(InstanceStatus.Finished)]
    [InlineData(InstanceStatus.Cancelled)]
    [InlineData(InstanceStatus.Faulted)]
    public async Task Claim_FinishedInstance_IsNull(InstanceStatus status)
    {
        await CommitAsync(Finish(await CreateAndClaimAsync("i"), status));

        (await Store.ClaimAsync("i", "b", LongLease, Cancel)).Should().BeNull();
        var stored = await GetAsync("i");
        stored.Status.Should().Be(status);
        stored.FinishedAt.Should().Be(stored.UpdatedAt);
        stored.Owner.Should().BeNull();
        stored.DueAt.Should().BeNull();
    }

    [Fact]
    public async Task Claim_AfterTheLeaseEnded_GoesToAnotherAndFencesTheFirst()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        var first = (await Store.ClaimAsync("i", "a", ShortLease, Cancel))!;
        await Opened.PassAsync(ShortLease * 2);

        var second = await MustClaimAsync("i", "b");

        second.Epoch.Should().Be(first.Epoch + 1);
        second.Claims.Should().Be(2, "nothing was committed since the first claim");
        (await CommitAsync(Commit(first, "stale"))).Should().Be(CommitOutcome.Fenced);
        (await CommitAsync(Commit(second, "fresh"))).Should().Be(CommitOutcome.Committed);
        Text((await GetAsync("i")).State).Should().Be("fresh");
    }

    [Fact]
    public async Task Commit_AfterTheLeaseEndedButNobodyClaimed_Holds()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        var claim = (await Store.ClaimAsync("i", "a", ShortLease, Cancel))!;
        await Opened.PassAsync(ShortLease * 2);

        (await CommitAsync(Commit(claim))).Should().Be(CommitOutcome.Committed, "leases decide about claims, epochs about commits");
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_GoesToOne()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);

        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Store.ClaimAsync("i", $"n{i}", LongLease, Cancel))));

        claims.Count(x => x is not null).Should().Be(1);
        (await GetAsync("i")).Epoch.Should().Be(1);
    }

    [Fact]
    public async Task Claims_CountUntilAGoodCommit()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        for (var i = 1; i <= 3; i++)
        {
            (await MustClaimAsync("i")).Claims.Should().Be(i);
            await Store.ReleaseOwnerAsync("a", Cancel);
        }

        await CommitAsync(Release(await MustClaimAsync("i")));

        (await MustClaimAsync("i")).Claims.Should().Be(1);
    }

    [Fact]
    public async Task Claim_PastTheMostClaims_IsNoClaimAndIsNotCounted()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        for (var i = 1; i <= 2; i++)
        {
            (await Store.ClaimAsync("i", "a", LongLease, mostClaims: 2, Cancel))!.Claims.Should().Be(i);
            await Store.ReleaseOwnerAsync("a", Cancel);
        }

        (await Store.ClaimAsync("i", "a", LongLease, mostClaims: 2, Cancel)).Should().BeNull();
        var stored = await GetAsync("i");
        stored.Claims.Should().Be(2);
        stored.Epoch.Should().Be(2);
        stored.Owner.Should().BeNull();
        (await Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), Cancel)).Items[0].Claims.Should().Be(2);
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");

        (await Store.ClaimAsync("i", "a", LongLease, mostClaims: 3, Cancel))!.Claims.Should().Be(3);
    }

    [Fact]
    public async Task Commit_ThatKeepsTheClaims_LeavesTheirCount_UntilOneThatDoesNot()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        await MustClaimAsync("i");
        await Store.ReleaseOwnerAsync("a", Cancel);
        var claim = await MustClaimAsync("i");

        await CommitAsync(Commit(claim) with { KeepClaims = true });
        (await GetAsync("i")).Claims.Should().Be(2);
        await CommitAsync(Commit(claim));
        (await GetAsync("i")).Claims.Should().Be(0);
    }

    [Fact]
    public async Task Renew_WithALeaseOfZero_GivesTheInstanceUp_AtThatEpochOnly()
    {
        var claim = await CreateAndClaimAsync("i", "a");
        (await Store.RenewAsync("a", [new HeldInstance("i", claim.Epoch - 1)], TimeSpan.Zero, Cancel)).Should().Equal("i");
        (await Store.ClaimAsync("i", "b", LongLease, Cancel)).Should().BeNull("that was another epoch");

        (await Store.RenewAsync("a", [new HeldInstance("i", claim.Epoch)], TimeSpan.Zero, Cancel)).Should().BeEmpty();

        var second = await MustClaimAsync("i", "b");
        (await CommitAsync(Commit(claim, "stale"))).Should().Be(CommitOutcome.Fenced);
        (await CommitAsync(Commit(second, "fresh"))).Should().Be(CommitOutcome.Committed);
    }

    [Fact]
    public async Task Renew_HeldInstances_ExtendsTheirLeases()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        var claim = (await Store.ClaimAsync("i", "a", TimeSpan.FromSeconds(2), Cancel))!;

        (await Store.RenewAsync("a", [new HeldInstance("i", claim.Epoch)], LongLease, Cancel)).Should().BeEmpty();
        await Opened.PassAsync(TimeSpan.FromSeconds(2.1));

        (await Store.ClaimAsync("i", "b", LongLease, Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Renew_LostInstances_AreNamed()
    {
        var kept = await CreateAndClaimAsync("kept");
        await CreateAndClaimAsync("others", "b");
        var released = await CreateAndClaimAsync("released");
        await CommitAsync(Release(released));
        var old = await CreateAndClaimAsync("old");
        await Store.ReleaseOwnerAsync("nobody", Cancel);

        var lost = await Store.RenewAsync(
            "a",
            [
                new("kept", kept.Epoch), new("others", 1), new("released", released.Epoch), new("old", old.Epoch - 1), new("missing", 1),
            ],
            LongLease,
            Cancel);

        lost.Should().BeEquivalentTo("others", "released", "old", "missing");
    }

    [Fact]
    public async Task ReleaseOwner_OfADeadNode_EndsItsLeasesOnly()
    {
        await CreateAndClaimAsync("i1", "dead");
        await CreateAndClaimAsync("i2", "dead");
        await CreateAndClaimAsync("i3", "alive");

        (await Store.ReleaseOwnerAsync("dead", Cancel)).Should().Be(2);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().BeEquivalentTo("i1", "i2");
        (await MustClaimAsync("i1", "alive")).Epoch.Should().Be(2);
        (await Store.ClaimAsync("i3", "other", LongLease, Cancel)).Should().BeNull();
        (await Store.ReleaseOwnerAsync("dead", Cancel)).Should().Be(0);
    }

    [Fact]
    public async Task Quarantine_WhoeverHoldsIt_FencesTheHolderAndRefusesClaims()
    {
        var claim = await CreateAndClaimAsync("i");

        (await Store.SetQuarantineAsync("i", "claimed 5 times without a commit", Cancel)).Should().BeTrue();

        (await CommitAsync(Commit(claim))).Should().Be(CommitOutcome.Fenced);
        (await Store.ClaimAsync("i", "b", LongLease, Cancel)).Should().BeNull();
        (await Store.FindDueAsync(Now.AddDays(1), 10, Cancel)).Should().BeEmpty();
        (await Store.NextDueAsync(Cancel)).Should().BeNull();
        var stored = await GetAsync("i");
        stored.QuarantineReason.Should().Be("claimed 5 times without a commit");
        stored.Epoch.Should().BeGreaterThan(claim.Epoch);
        Text(stored.State).Should().Be("new");
    }

    [Fact]
    public async Task Quarantine_Lifted_IsDueWithAFreshCount()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        await MustClaimAsync("i");
        await Store.SetQuarantineAsync("i", "poison", Cancel);

        (await Store.SetQuarantineAsync("i", null, Cancel)).Should().BeTrue();

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await GetAsync("i")).QuarantineReason.Should().BeNull();
        (await MustClaimAsync("i", "b")).Claims.Should().Be(1);
    }

    [Fact]
    public async Task Quarantine_MissingInstance_IsFalse() =>
        (await Store.SetQuarantineAsync("missing", "poison", Cancel)).Should().BeFalse();

    [Fact]
    public async Task Quarantine_MessagesMeanwhile_AreKept()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        await Store.SetQuarantineAsync("i", "poison", Cancel);

        (await Store.PostAsync("i", "k", Bytes("m"), Cancel)).Should().Be(PostOutcome.Posted);
        (await Store.FindDueAsync(Now.AddDays(1), 10, Cancel)).Should().BeEmpty();
        await Store.SetQuarantineAsync("i", null, Cancel);

        (await MustClaimAsync("i")).Inbox.Should().ContainSingle();
    }

    [Fact]
    public async Task Reopen_FaultedInstance_RunsOnWithEverythingItHad()
    {
        var claim = await CreateAndClaimAsync("i");
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);
        await CommitAsync(Finish(claim, InstanceStatus.Faulted) with { AddedBookmarks = [Bookmark("i", "b", "h")], DueAt = Now.AddDays(1), SeenInbox = await SeenAsync("i") });
        (await Store.FindBookmarksAsync("h", null, Cancel)).Should().BeEmpty("a faulted instance waits for nothing");

        (await Store.PostAsync("i", "late", Bytes("m"), Cancel)).Should().Be(PostOutcome.Finished);
        (await Store.PostAndReopenAsync("i", "k", Bytes("again"), Cancel)).Should().Be(PostOutcome.Duplicate);
        (await GetAsync("i")).Status.Should().Be(InstanceStatus.Faulted, "what was posted before reopens nothing");

        (await Store.PostAndReopenAsync("i", "retry", Bytes("r"), Cancel)).Should().Be(PostOutcome.Posted);

        var stored = await GetAsync("i");
        stored.Status.Should().Be(InstanceStatus.Suspended);
        stored.FinishedAt.Should().BeNull();
        Text(stored.State).Should().Be("end");
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await Store.FindBookmarksAsync("h", null, Cancel)).Should().ContainSingle();
        (await Store.PostAsync("i", "k", Bytes("m"), Cancel)).Should().Be(PostOutcome.Duplicate);
        var again = await MustClaimAsync("i", "b");
        again.Epoch.Should().Be(2);
        again.Claims.Should().Be(1);
        again.Inbox.Select(m => m.DedupeKey).Should().Equal("k", "retry");
    }

    [Theory]
    [InlineData(InstanceStatus.Finished, PostOutcome.Finished)]
    [InlineData(InstanceStatus.Cancelled, PostOutcome.Finished)]
    [InlineData(InstanceStatus.Suspended, PostOutcome.Posted)]
    [InlineData(InstanceStatus.Paused, PostOutcome.Posted)]
    public async Task Reopen_InstanceThatIsNotFaulted_IsAPostLikeAnyOther(InstanceStatus status, PostOutcome expected)
    {
        await CommitAsync(Release(await CreateAndClaimAsync("i")) with { Status = status });

        (await Store.PostAndReopenAsync("i", "k", Bytes("m"), Cancel)).Should().Be(expected);
        (await Store.PostAndReopenAsync("missing", "k", Bytes("m"), Cancel)).Should().Be(PostOutcome.NotFound);

        (await GetAsync("i")).Status.Should().Be(status);
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().HaveCount(expected == PostOutcome.Posted ? 1 : 0);
    }

    [Fact]
    public async Task Reopen_WhileItIsHeld_KeepsTheOwner()
    {
        var claim = await CreateAndClaimAsync("i");

        (await Store.PostAndReopenAsync("i", "k", Bytes("m"), Cancel)).Should().Be(PostOutcome.Posted);

        (await Store.ClaimAsync("i", "b", TimeSpan.FromMinutes(1), Cancel)).Should().BeNull();
        (await Store.ReadInboxAsync("i", Cancel)).Should().ContainSingle();
        (await GetAsync("i")).Epoch.Should().Be(claim.Epoch);
    }
}
