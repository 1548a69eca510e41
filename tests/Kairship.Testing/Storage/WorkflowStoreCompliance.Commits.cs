using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Commit_WithTheEpoch_KeepsWhatItSays()
    {
        var claim = await CreateAndClaimAsync("i");
        var at = Now.AddSeconds(3);

        (await CommitAsync(Commit(claim, "second") with
        {
            Status = InstanceStatus.Paused, At = at, Name = "Renamed", CorrelationId = "release-9", IncidentCount = 2, DueAt = at.AddHours(1),
        })).Should().Be(CommitOutcome.Committed);

        var stored = await GetAsync("i");
        Text(stored.State).Should().Be("second");
        stored.Status.Should().Be(InstanceStatus.Paused);
        stored.UpdatedAt.Should().Be(at);
        stored.Name.Should().Be("Renamed");
        stored.CorrelationId.Should().Be("release-9");
        stored.IncidentCount.Should().Be(2);
        stored.DueAt.Should().Be(at.AddHours(1));
        stored.Owner.Should().Be("a", "the claim was not given up");
        stored.Epoch.Should().Be(claim.Epoch, "only claims raise the epoch");
        stored.FinishedAt.Should().BeNull();
    }

    [Fact]
    public async Task Commit_SeveralTimesUnderOneClaim_AllHold()
    {
        var claim = await CreateAndClaimAsync("i");

        for (var i = 0; i < 5; i++)
        {
            (await CommitAsync(Commit(claim, $"s{i}"))).Should().Be(CommitOutcome.Committed);
        }

        Text((await GetAsync("i")).State).Should().Be("s4");
    }

    [Fact]
    public async Task Commit_Fenced_LeavesNothingBehind()
    {
        var old = await CreateAndClaimAsync("i", "a");
        await Store.PostAsync("i", "k", Bytes("m"), Cancel);
        await CommitAsync(Commit(old) with { AddedBookmarks = [Bookmark("i", "kept", "h")] });
        await Store.ReleaseOwnerAsync("a", Cancel);
        var current = await MustClaimAsync("i", "b");

        var outcome = await CommitAsync(Finish(old) with
        {
            AddedBookmarks = [Bookmark("i", "stale", "h")],
            RemovedBookmarks = ["kept"],
            Journal = [Line("i", 1)],
            Outbox = [new OutboxMessage("o", "i", "event", Bytes("x"))],
            ConsumedInbox = [current.Inbox[0].Id],
        });

        outcome.Should().Be(CommitOutcome.Fenced);
        var stored = await GetAsync("i");
        stored.Status.Should().Be(InstanceStatus.Suspended);
        stored.Owner.Should().Be("b");
        (await Store.FindBookmarksAsync("h", null, Cancel)).Select(x => x.Id).Should().Equal("kept");
        (await Store.ReadJournalAsync("i", new PageRequest(), Cancel)).Total.Should().Be(0);
        (await Store.ReadOutboxAsync(10, Cancel)).Should().BeEmpty();
        (await Store.ReadInboxAsync("i", Cancel)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Commit_WithAnotherEpoch_IsFenced(long epoch)
    {
        var claim = await CreateAndClaimAsync("i");

        (await CommitAsync(Commit(claim) with { Epoch = epoch })).Should().Be(CommitOutcome.Fenced);
    }

    [Fact]
    public async Task Commit_MissingInstance_IsFenced()
    {
        var claim = await CreateAndClaimAsync("i");

        (await CommitAsync(Commit(claim) with { InstanceId = "missing" })).Should().Be(CommitOutcome.Fenced);
    }

    [Fact]
    public async Task CommitGroup_WithOneFenced_AppliesTheOthersAndAnswersInOrder()
    {
        var claims = new List<ClaimedInstance>();
        foreach (var id in new[] { "z", "m", "a", "q" })
        {
            claims.Add(await CreateAndClaimAsync(id));
        }

        await Store.SetQuarantineAsync("m", "poison", Cancel);

        var outcomes = await Store.CommitAsync(
            [.. claims.Select((claim, i) => Commit(claim, "new " + i) with
            {
                Journal = [Line(claim.Instance.Id, 1)],
                AddedBookmarks = [Bookmark(claim.Instance.Id, "b" + i, "h")],
                Outbox = [new OutboxMessage("o" + i, claim.Instance.Id, "event", Bytes("x"))],
            })],
            Cancel);

        outcomes.Should().Equal(CommitOutcome.Committed, CommitOutcome.Fenced, CommitOutcome.Committed, CommitOutcome.Committed);
        Text((await GetAsync("z")).State).Should().Be("new 0");
        Text((await GetAsync("m")).State).Should().Be("new");
        Text((await GetAsync("q")).State).Should().Be("new 3");
        (await Store.FindBookmarksAsync("h", null, Cancel)).Select(x => x.InstanceId).Should().BeEquivalentTo("z", "a", "q");
        (await Store.ReadOutboxAsync(10, Cancel)).Select(x => x.Id).Should().BeEquivalentTo("o0", "o2", "o3");
        (await Store.ReadJournalAsync("m", new PageRequest(), Cancel)).Total.Should().Be(0);
    }

    [Fact]
    public async Task CommitGroup_OfOneInstanceTwice_AppliesThemInOrder()
    {
        var claim = await CreateAndClaimAsync("i");

        var outcomes = await Store.CommitAsync(
            [
                Commit(claim, "first") with { AddedBookmarks = [Bookmark("i", "b", "h")], Journal = [Line("i", 1)] },
                Release(claim, "second") with { RemovedBookmarks = ["b"], Journal = [Line("i", 2)] },
            ],
            Cancel);

        outcomes.Should().Equal(CommitOutcome.Committed, CommitOutcome.Committed);
        Text((await GetAsync("i")).State).Should().Be("second");
        (await Store.FindBookmarksAsync("h", null, Cancel)).Should().BeEmpty();
        (await Store.ReadJournalAsync("i", new PageRequest(), Cancel)).Items.Select(x => x.Sequence).Should().Equal(1, 2);
    }

    [Fact]
    public async Task CommitGroup_Empty_AnswersNothing() => (await Store.CommitAsync([], Cancel)).Should().BeEmpty();

    [Fact]
    public async Task CommitGroups_Concurrent_AllHold()
    {
        var claims = new List<ClaimedInstance>();
        for (var i = 0; i < 24; i++)
        {
            claims.Add(await CreateAndClaimAsync($"i{i}"));
        }

        // Every group holds the same instances in another order, all but the first with old epochs.
        var groups = await Task.WhenAll(Enumerable.Range(0, 8).Select(group => Task.Run(() => Store.CommitAsync(
            [.. claims.OrderBy(x => (x.Instance.Id.GetHashCode(StringComparison.Ordinal) * 31) ^ group)
                .Select(claim => Commit(claim, $"g{group}") with { Epoch = claim.Epoch - (group == 0 ? 0 : 1) })],
            Cancel))));

        groups[0].Should().OnlyContain(x => x == CommitOutcome.Committed);
        groups.Skip(1).SelectMany(x => x).Should().OnlyContain(x => x == CommitOutcome.Fenced);
    }

    [Fact]
    public async Task Release_GivesTheClaimUp()
    {
        await CommitAsync(Release(await CreateAndClaimAsync("i")));

        (await GetAsync("i")).Owner.Should().BeNull();
        (await MustClaimAsync("i", "b")).Epoch.Should().Be(2);
    }

    [Fact]
    public async Task Commit_OfBookmarks_AddsAndRemoves()
    {
        var claim = await CreateAndClaimAsync("i", correlationId: "release-1");
        var other = await CreateAndClaimAsync("j", correlationId: "release-2");
        var full = new BookmarkRecord("b1", "i", "approval", "approval", "h1", "release-1");
        await CommitAsync(Commit(claim) with { AddedBookmarks = [full, Bookmark("i", "b2", "h2")] });
        await CommitAsync(Commit(other) with { AddedBookmarks = [Bookmark("j", "b9", "h1")] });

        (await Store.FindBookmarksAsync("h1", "release-1", Cancel)).Should().Equal(full);
        (await Store.FindBookmarksAsync("h1", null, Cancel)).Select(x => x.InstanceId).Should().BeEquivalentTo("i", "j");
        (await Store.FindBookmarksAsync("h1", "release-3", Cancel)).Should().BeEmpty();
        (await Store.FindBookmarksAsync("h3", null, Cancel)).Should().BeEmpty();

        await CommitAsync(Commit(claim) with { RemovedBookmarks = ["b1", "missing"], AddedBookmarks = [Bookmark("i", "b3", "h2")] });

        (await Store.FindBookmarksAsync("h1", null, Cancel)).Select(x => x.InstanceId).Should().Equal("j");
        (await Store.FindBookmarksAsync("h2", null, Cancel)).Select(x => x.Id).Should().BeEquivalentTo("b2", "b3");
    }

    [Fact]
    public async Task Bookmark_RemovedAndAddedInOneCommit_IsTheNewOne()
    {
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Commit(claim) with { AddedBookmarks = [Bookmark("i", "b", "old")] });

        await CommitAsync(Commit(claim) with { RemovedBookmarks = ["b"], AddedBookmarks = [Bookmark("i", "b", "new")] });

        (await Store.FindBookmarksAsync("old", null, Cancel)).Should().BeEmpty();
        (await Store.FindBookmarksAsync("new", null, Cancel)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(InstanceStatus.Finished)]
    [InlineData(InstanceStatus.Cancelled)]
    [InlineData(InstanceStatus.Faulted)]
    public async Task Bookmarks_OfAFinishedInstance_AreNotFound(InstanceStatus status)
    {
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Commit(claim) with { AddedBookmarks = [Bookmark("i", "b", "h")] });

        await CommitAsync(Finish(claim, status));

        (await Store.FindBookmarksAsync("h", null, Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Outbox_Messages_ComeOldestFirstUntilDeleted()
    {
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Commit(claim) with { Outbox = [Message("z"), Message("a")] });
        await CommitAsync(Commit(claim) with { Outbox = [Message("m")] });

        (await Store.ReadOutboxAsync(2, Cancel)).Select(x => x.Id).Should().Equal("z", "a");
        var last = (await Store.ReadOutboxAsync(10, Cancel))[2];
        (last.Id, last.InstanceId, last.Kind, Text(last.Payload)).Should().Be(("m", "i", "start", "to m"));

        await Store.DeleteOutboxAsync(["z", "missing", "m"], Cancel);
        await Store.DeleteOutboxAsync([], Cancel);
        (await Store.ReadOutboxAsync(10, Cancel)).Select(x => x.Id).Should().Equal("a");

        OutboxMessage Message(string id) => new(id, "i", "start", Bytes("to " + id));
    }

    [Fact]
    public async Task Journal_Lines_ComeOldestFirstInPages()
    {
        var claim = await CreateAndClaimAsync("i");
        var other = await CreateAndClaimAsync("j");
        await CommitAsync(Commit(claim) with { Journal = [Line("i", 1), Line("i", 2, "with Größe ☸")] });
        await CommitAsync(Commit(other) with { Journal = [Line("j", 1)] });
        var bare = new JournalRecord("i", 3, Now, null, null, null, null, "Paused", null, null);
        await CommitAsync(Commit(claim) with { Journal = [bare] });

        var page = await Store.ReadJournalAsync("i", new PageRequest(1, 5), Cancel);

        page.Items.Should().Equal(Line("i", 2, "with Größe ☸") with { At = page.Items[0].At }, bare);
        page.Total.Should().Be(3);
    }

    [Fact]
    public async Task Page_OfMoreThanAThousand_IsCutToAThousand()
    {
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Commit(claim) with { Journal = [.. Enumerable.Range(1, 1200).Select(n => Line("i", n))] });

        var page = await Store.ReadJournalAsync("i", new PageRequest(0, 5000), Cancel);

        page.Items.Should().HaveCount(1000);
        page.Total.Should().Be(1200);
    }

    [Fact]
    public async Task Commit_OfTextThatDatabasesDislike_StillHolds()
    {
        var claim = await CreateAndClaimAsync("i");
        const string Hostile = "a\0b\uD800'; DROP TABLE instances; --";

        (await CommitAsync(Commit(claim) with { Name = Hostile, Journal = [Line("i", 1, Hostile)] })).Should().Be(CommitOutcome.Committed);

        (await GetAsync("i")).Name.Should().EndWith("'; DROP TABLE instances; --");
        (await Store.ReadJournalAsync("i", new PageRequest(), Cancel)).Items[0].Message.Should().StartWith("a");
    }

    [Fact]
    public async Task Commit_OfALargeState_ComesBackByteForByte()
    {
        var claim = await CreateAndClaimAsync("i");
        var state = new byte[1_000_000];
        new Random(7).NextBytes(state);

        await CommitAsync(Commit(claim) with { State = state.AsMemory(3, 999_000) });

        (await GetAsync("i")).State.Span.SequenceEqual(state.AsSpan(3, 999_000)).Should().BeTrue();
    }
}
