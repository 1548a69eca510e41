using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Due_NewInstance_IsReadyAtOnce()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await Store.NextDueAsync(Cancel)).Should().BeOnOrBefore(Now);
    }

    [Fact]
    public async Task Due_NothingThere_IsNothing()
    {
        (await Store.FindDueAsync(Now.AddYears(1), 10, Cancel)).Should().BeEmpty();
        (await Store.NextDueAsync(Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Due_Timers_ComeLongestDueFirstUpToTheLimit()
    {
        var at = Now;
        foreach (var (id, minutes) in new[] { ("c", 3), ("a", 1), ("e", 5), ("b", 2), ("d", 4) })
        {
            await CommitAsync(Release(await CreateAndClaimAsync(id)) with { DueAt = at.AddMinutes(minutes) });
        }

        (await Store.NextDueAsync(Cancel)).Should().Be(at.AddMinutes(1));
        (await Store.FindDueAsync(at, 10, Cancel)).Should().BeEmpty();
        (await Store.FindDueAsync(at.AddMinutes(3), 10, Cancel)).Should().Equal("a", "b", "c");
        (await Store.FindDueAsync(at.AddMinutes(9), 2, Cancel)).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Due_WithoutATime_WaitsForAMessageForEver()
    {
        await CommitAsync(Release(await CreateAndClaimAsync("i")));

        (await Store.FindDueAsync(Now.AddYears(100), 10, Cancel)).Should().BeEmpty();
        (await Store.NextDueAsync(Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Due_WhileHeld_IsNobodysBusiness()
    {
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Commit(claim) with { DueAt = Now });
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);

        (await Store.FindDueAsync(Now.AddSeconds(1), 10, Cancel)).Should().BeEmpty();
        (await Store.NextDueAsync(Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Due_OwnerDiedBeforeItsFirstCommit_IsFoundAfterTheLease()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        await Store.ClaimAsync("i", "a", ShortLease, Cancel);

        await Opened.PassAsync(ShortLease * 2);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await Store.NextDueAsync(Cancel)).Should().BeOnOrBefore(Now);
    }

    [Fact]
    public async Task Due_OwnerDiedInMidBurst_IsFoundAfterTheLease()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        var claim = (await Store.ClaimAsync("i", "a", ShortLease, Cancel))!;
        await CommitAsync(Commit(claim) with { Status = InstanceStatus.Executing, DueAt = Now });

        await Opened.PassAsync(ShortLease * 2);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
    }

    [Fact]
    public async Task Due_MessageForADeadOwner_IsFoundAfterTheLease()
    {
        await CommitAsync(Release(await CreateAndClaimAsync("i")));
        await Store.ClaimAsync("i", "a", ShortLease, Cancel);
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);

        await Opened.PassAsync(ShortLease * 2);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await MustClaimAsync("i", "b")).Inbox.Should().ContainSingle();
    }

    [Fact]
    public async Task Due_FinishedInstance_IsNeverDue()
    {
        await CommitAsync(Finish(await CreateAndClaimAsync("i")) with { DueAt = Now });

        (await Store.FindDueAsync(Now.AddYears(1), 10, Cancel)).Should().BeEmpty();
        (await Store.NextDueAsync(Cancel)).Should().BeNull();
    }
}
