using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Post_ToAWaitingInstance_MakesItDueNow()
    {
        await CommitAsync(Release(await CreateAndClaimAsync("i")) with { DueAt = Now.AddDays(7) });
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().BeEmpty();

        (await Store.PostAsync("i", "approval:1", Bytes("yes"), Cancel)).Should().Be(PostOutcome.Posted);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await GetAsync("i")).DueAt.Should().BeOnOrBefore(Now);
        var message = (await MustClaimAsync("i")).Inbox.Should().ContainSingle().Subject;
        message.DedupeKey.Should().Be("approval:1");
        Text(message.Payload).Should().Be("yes");
    }

    [Fact]
    public async Task Post_SameKeyTwice_IsOneMessageEvenAfterItWasConsumed()
    {
        await CreateAndClaimAsync("other");
        var claim = await CreateAndClaimAsync("i");

        (await Store.PostAsync("i", "k", Bytes("1"), Cancel)).Should().Be(PostOutcome.Posted);
        (await Store.PostAsync("i", "k", Bytes("2"), Cancel)).Should().Be(PostOutcome.Duplicate);
        (await Store.PostAsync("other", "k", Bytes("3"), Cancel)).Should().Be(PostOutcome.Posted, "keys are known per instance");

        var inbox = await Store.ReadInboxAsync("i", Cancel);
        Text(inbox.Should().ContainSingle().Subject.Payload).Should().Be("1");
        await CommitAsync(Release(claim) with { ConsumedInbox = [inbox[0].Id] });
        (await Store.PostAsync("i", "k", Bytes("4"), Cancel)).Should().Be(PostOutcome.Duplicate);
        (await Store.ReadInboxAsync("i", Cancel)).Should().BeEmpty();
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().NotContain("i", "a repeated message is no news");
    }

    [Fact]
    public async Task Post_SameKeyAtTheSameTime_IsOneMessage()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(() => Store.PostAsync("i", "k", Bytes($"{n}"), Cancel))));

        outcomes.Count(x => x == PostOutcome.Posted).Should().Be(1);
        outcomes.Count(x => x == PostOutcome.Duplicate).Should().Be(15);
        (await Store.ReadInboxAsync("i", Cancel)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(InstanceStatus.Finished)]
    [InlineData(InstanceStatus.Cancelled)]
    [InlineData(InstanceStatus.Faulted)]
    public async Task Post_ToAFinishedInstance_SaysSoAndKeepsNothing(InstanceStatus status)
    {
        var claim = await CreateAndClaimAsync("i");
        await Store.PostAsync("i", "early", Bytes("m"), Cancel);
        await CommitAsync(Finish(claim, status) with { ConsumedInbox = [(await Store.ReadInboxAsync("i", Cancel))[0].Id] });

        (await Store.PostAsync("i", "late", Bytes("m"), Cancel)).Should().Be(PostOutcome.Finished);
        (await Store.PostAsync("i", "early", Bytes("m"), Cancel)).Should().Be(PostOutcome.Duplicate);
        (await Store.ReadInboxAsync("i", Cancel)).Should().BeEmpty();
        (await Store.FindDueAsync(Now.AddDays(1), 10, Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Post_ToNobody_IsNotFound()
    {
        (await Store.PostAsync("missing", "k", Bytes("m"), Cancel)).Should().Be(PostOutcome.NotFound);
        (await Store.ReadInboxAsync("missing", Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Inbox_Messages_ComeInTheOrderOfPosting()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        foreach (var key in new[] { "z", "a", "m" })
        {
            await Store.PostAsync("i", key, Bytes(key), Cancel);
        }

        var claim = await MustClaimAsync("i");

        claim.Inbox.Select(x => x.DedupeKey).Should().Equal("z", "a", "m");
        claim.Inbox.Select(x => x.Id).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        (await Store.ReadInboxAsync("i", Cancel)).Select(x => x.Id).Should().Equal(claim.Inbox.Select(x => x.Id));
    }

    [Fact]
    public async Task Inbox_ConsumedMessages_AreGoneAndOthersStay()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        await Store.PostAsync("i", "k1", Bytes("1"), Cancel);
        await Store.PostAsync("i", "k2", Bytes("2"), Cancel);
        var claim = await MustClaimAsync("i");

        await CommitAsync(Release(claim) with { ConsumedInbox = [claim.Inbox[0].Id] });

        (await MustClaimAsync("i", "b")).Inbox.Select(x => x.DedupeKey).Should().Equal("k2");
    }

    [Fact]
    public async Task Inbox_OfAnotherInstance_CannotBeConsumed()
    {
        var claim = await CreateAndClaimAsync("i");
        await CreateAndClaimAsync("j");
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);
        await Store.PostAsync("j", "k", Bytes("m"), Cancel);
        var others = (await Store.ReadInboxAsync("j", Cancel)).Select(x => x.Id).Except((await Store.ReadInboxAsync("i", Cancel)).Select(x => x.Id));

        await CommitAsync(Commit(claim) with { ConsumedInbox = [.. others] });

        (await Store.ReadInboxAsync("j", Cancel)).Should().ContainSingle();
    }

    [Fact]
    public async Task Release_WithAMessageNotSeen_IsDueAtOnce()
    {
        var claim = await CreateAndClaimAsync("i");
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);

        await CommitAsync(Release(claim) with { DueAt = Now.AddDays(7) });

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        (await GetAsync("i")).DueAt.Should().BeOnOrBefore(Now);
    }

    [Fact]
    public async Task Release_AsFaultedWithAMessageNotSeen_IsReopened()
    {
        var claim = await CreateAndClaimAsync("i");
        await Store.PostAndReopenAsync("i", "retry", Bytes("m"), Cancel);

        await CommitAsync(Release(claim) with { Status = InstanceStatus.Faulted });

        (await GetAsync("i")).Should().BeEquivalentTo(new { Status = InstanceStatus.Suspended, FinishedAt = (DateTimeOffset?)null });
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("i");
        var again = await MustClaimAsync("i");
        await CommitAsync(Release(again) with { Status = InstanceStatus.Faulted, SeenInbox = [.. again.Inbox.Select(m => m.Id)] });
        (await GetAsync("i")).Status.Should().Be(InstanceStatus.Faulted, "what it has seen changes nothing");
        (await Store.FindDueAsync(Now, 10, Cancel)).Should().BeEmpty();
    }

    private async Task<IReadOnlyList<long>> SeenAsync(string instanceId) => [.. (await Store.ReadInboxAsync(instanceId, Cancel)).Select(m => m.Id)];

    [Fact]
    public async Task Release_WithAMessageSeenButNotConsumed_WaitsForItsTime()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);
        await Store.PostAsync("i", "k", Bytes("nobody waits for this yet"), Cancel);
        var due = Now.AddDays(7);

        await CommitAsync(Release(await MustClaimAsync("i")) with { DueAt = due });

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().BeEmpty();
        (await GetAsync("i")).DueAt.Should().Be(due);
        await Store.PostAsync("i", "k2", Bytes("m"), Cancel);
        (await MustClaimAsync("i")).Inbox.Should().HaveCount(2, "what was seen but not consumed stays");
    }

    [Fact]
    public async Task ReleaseGroup_WithSeenMessagesOfEach_WakesOnlyTheOneThatMissedSome()
    {
        var claims = new List<ClaimedInstance>();
        foreach (var id in new[] { "i", "j", "k" })
        {
            await Store.CreateInstanceAsync(New(id), Cancel);
            await Store.PostAsync(id, "early", Bytes("m"), Cancel);
            claims.Add(await MustClaimAsync(id));
        }

        await Store.PostAsync("j", "late", Bytes("m"), Cancel);
        await Store.CommitAsync([.. claims.Select(claim => Release(claim))], Cancel);

        (await Store.FindDueAsync(Now, 10, Cancel)).Should().Equal("j");
    }
}
