using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Create_NewInstance_IsPendingAndComesBackAsItWas()
    {
        var created = new NewInstance("i", "deploy", "deploy:7", 7, "Größe ☸", "release-1", "parent", Bytes("state"), null, Now);

        (await Store.CreateInstanceAsync(created, Cancel)).Should().Be(new CreateResult("i", true));

        var stored = await GetAsync("i");
        (stored with { State = default, DueAt = null }).Should().Be(new InstanceRecord(
            "i", "deploy", "deploy:7", 7, "Größe ☸", "release-1", "parent", InstanceStatus.Pending, 0, null, 0, null, null,
            created.CreatedAt, created.CreatedAt, null, default));
        Text(stored.State).Should().Be("state");
        (await Store.GetInstanceAsync("other", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Find_ManyById_GivesThoseThatAreThere_WithoutStates()
    {
        foreach (var id in (string[])["a", "b", "c"])
        {
            await Store.CreateInstanceAsync(New(id), Cancel);
        }

        var found = await Store.FindInstancesAsync(["c", "nobody", "a", "a"], Cancel);

        found.Select(i => i.Id).Should().BeEquivalentTo("a", "c");
        found.Should().OnlyContain(i => i.State.IsEmpty);
        (found.Single(i => i.Id == "a") with { State = default }).Should().Be(await GetAsync("a") with { State = default });
        (await Store.FindInstancesAsync([], Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Create_Claimed_IsHeldLikeAnyOtherClaim()
    {
        var lease = TimeSpan.FromSeconds(2);
        await Store.CreateInstanceAsync(New("i") with { Claim = new FirstClaim("a", lease) }, Cancel);
        await Store.CreateInstanceAsync(New("j") with { Claim = new FirstClaim("a", lease) }, Cancel);
        var (i, j) = (await GetAsync("i"), await GetAsync("j"));

        (i.Epoch, i.Owner, i.Status).Should().Be((1L, "a", InstanceStatus.Pending));
        (await Store.ClaimAsync("i", "b", lease, Cancel)).Should().BeNull();
        (await Store.FindDueAsync(Now.AddDays(1), 10, Cancel)).Should().BeEmpty();
        (await CommitAsync(Release(new ClaimedInstance(i, 1, 1, []), "first"))).Should().Be(CommitOutcome.Committed);
        (await Store.ReleaseOwnerAsync("a", Cancel)).Should().Be(1);
        var second = await Store.ClaimAsync("j", "b", lease, Cancel);
        (second!.Epoch, second.Claims).Should().Be((2L, 2));
        (await CommitAsync(Release(new ClaimedInstance(j, 1, 1, []), "late"))).Should().Be(CommitOutcome.Fenced);
    }

    [Fact]
    public async Task Create_ClaimedWithAKeySeenBefore_ClaimsNothing()
    {
        await Store.CreateInstanceAsync(New("first", "key"), Cancel);

        (await Store.CreateInstanceAsync(New("second", "key") with { Claim = new FirstClaim("a", TimeSpan.FromMinutes(1)) }, Cancel))
            .Should().Be(new CreateResult("first", false));

        (await GetAsync("first")).Owner.Should().BeNull();
        (await Store.GetInstanceAsync("second", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Create_SameDedupeKey_AnswersWithTheFirstInstance()
    {
        await Store.CreateInstanceAsync(New("first", "webhook:github:1"), Cancel);

        (await Store.CreateInstanceAsync(New("second", "webhook:github:1"), Cancel)).Should().Be(new CreateResult("first", false));
        (await Store.CreateInstanceAsync(New("third", "webhook:github:2"), Cancel)).Should().Be(new CreateResult("third", true));
        (await Store.GetInstanceAsync("second", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Create_WithoutDedupeKey_IsNeverADuplicate()
    {
        (await Store.CreateInstanceAsync(New("first"), Cancel)).Created.Should().BeTrue();
        (await Store.CreateInstanceAsync(New("second"), Cancel)).Created.Should().BeTrue();
    }

    [Fact]
    public async Task Create_SameDedupeKeyAtTheSameTime_StartsOneInstance()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(() => Store.CreateInstanceAsync(New($"i{i}", "health:eu-1:7"), Cancel))));

        answers.Count(x => x.Created).Should().Be(1);
        answers.Select(x => x.InstanceId).Distinct().Should().ContainSingle();
        (await Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), Cancel)).Total.Should().Be(1);
    }

    [Fact]
    public async Task Create_KeyOfADeletedInstance_StaysKnown()
    {
        await Store.CreateInstanceAsync(New("first", "webhook:github:1"), Cancel);
        await CommitAsync(Finish(await MustClaimAsync("first")));
        await Store.DeleteInstanceAsync("first", Cancel);

        (await Store.CreateInstanceAsync(New("second", "webhook:github:1"), Cancel)).Should().Be(new CreateResult("first", false));
    }

    [Fact]
    public async Task Create_SameId_Throws()
    {
        await Store.CreateInstanceAsync(New("i"), Cancel);

        await FluentActions.Awaiting(() => Store.CreateInstanceAsync(New("i"), Cancel)).Should().ThrowAsync<Exception>();
        (await Store.CreateInstanceAsync(New("j"), Cancel)).Created.Should().BeTrue("one failure must not spoil what follows");
    }

    [Fact]
    public async Task Instances_Listed_AreFilteredNewestFirstAndWithoutState()
    {
        for (var i = 1; i <= 4; i++)
        {
            await Store.CreateInstanceAsync(New($"i{i}", definitionId: i == 4 ? "canary" : "deploy", correlationId: i == 1 ? "release-1" : null)
                with { CreatedAt = Now.AddMinutes(i), ParentInstanceId = i == 2 ? "i1" : null }, Cancel);
        }

        await CommitAsync(Finish(await MustClaimAsync("i3")));
        await Store.SetQuarantineAsync("i2", "poison", Cancel);

        (await IdsAsync(new InstanceFilter())).Should().Equal("i4", "i3", "i2", "i1");
        (await IdsAsync(new InstanceFilter(DefinitionId: "deploy"))).Should().Equal("i3", "i2", "i1");
        (await IdsAsync(new InstanceFilter(CorrelationId: "release-1"))).Should().Equal("i1");
        (await IdsAsync(new InstanceFilter(ParentInstanceId: "i1"))).Should().Equal("i2");
        (await IdsAsync(new InstanceFilter(Quarantined: true))).Should().Equal("i2");
        (await IdsAsync(new InstanceFilter(Quarantined: false))).Should().Equal("i4", "i3", "i1");
        (await IdsAsync(new InstanceFilter(Statuses: [InstanceStatus.Finished, InstanceStatus.Faulted]))).Should().Equal("i3");
        (await IdsAsync(new InstanceFilter(Search: "INSTANCE i4"))).Should().Equal("i4");
        var page = await Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(1, 2), Cancel);
        page.Items.Select(x => x.Id).Should().Equal("i3", "i2");
        page.Total.Should().Be(4);
        page.Items.Should().OnlyContain(x => x.State.IsEmpty);
    }

    [Fact]
    public async Task Delete_FinishedInstance_TakesJournalInboxAndBookmarksAlong()
    {
        var claim = await CreateAndClaimAsync("i");
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);
        await CommitAsync(Finish(claim, InstanceStatus.Faulted) with { Journal = [Line("i", 1)], AddedBookmarks = [Bookmark("i", "b", "h")], SeenInbox = await SeenAsync("i") });

        (await Store.DeleteInstanceAsync("i", Cancel)).Should().BeTrue();

        (await Store.GetInstanceAsync("i", Cancel)).Should().BeNull();
        (await Store.ReadJournalAsync("i", new PageRequest(), Cancel)).Total.Should().Be(0);
        (await Store.ReadInboxAsync("i", Cancel)).Should().BeEmpty();
        (await Store.FindBookmarksAsync("h", null, Cancel)).Should().BeEmpty();
        (await Store.DeleteInstanceAsync("i", Cancel)).Should().BeFalse();
    }

    [Fact]
    public async Task Delete_UnfinishedInstance_ChangesNothing()
    {
        await CreateAndClaimAsync("i");

        (await Store.DeleteInstanceAsync("i", Cancel)).Should().BeFalse();
        (await Store.DeleteInstanceAsync("missing", Cancel)).Should().BeFalse();

        (await Store.GetInstanceAsync("i", Cancel)).Should().NotBeNull();
    }

    [Fact]
    public async Task Restart_AfterEverything_FindsWhatWasThere()
    {
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Commit(claim, "kept") with
        {
            Journal = [Line("i", 1)], Outbox = [new OutboxMessage("o", "i", "event", Bytes("x"))], AddedBookmarks = [Bookmark("i", "b", "h")],
        });
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);

        var restarted = await Opened.RestartAsync();

        Text((await restarted.GetInstanceAsync("i", Cancel))!.State).Should().Be("kept");
        (await restarted.ReadJournalAsync("i", new PageRequest(), Cancel)).Total.Should().Be(1);
        (await restarted.ReadOutboxAsync(10, Cancel)).Should().ContainSingle();
        (await restarted.ReadInboxAsync("i", Cancel)).Should().ContainSingle();
        (await restarted.FindBookmarksAsync("h", null, Cancel)).Should().ContainSingle();
        (await restarted.GetDefinitionVersionAsync("deploy:1", Cancel)).Should().NotBeNull();
        (await restarted.ClaimAsync("i", "b", LongLease, Cancel)).Should().BeNull("the lease of the dead owner still runs");
        (await restarted.ReleaseOwnerAsync("a", Cancel)).Should().Be(1);
        (await restarted.ClaimAsync("i", "b", LongLease, Cancel))!.Epoch.Should().Be(2);
    }

    private async Task<IEnumerable<string>> IdsAsync(InstanceFilter filter) =>
        (await Store.ListInstancesAsync(filter, new PageRequest(), Cancel)).Items.Select(x => x.Id);
}
