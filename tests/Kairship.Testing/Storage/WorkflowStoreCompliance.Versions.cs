using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

/// <content>Changes of a definition's versions.</content>
public abstract partial class WorkflowStoreCompliance
{
    private static readonly DefinitionHead Nothing = DefinitionHead.Of(null, null);

    [Fact]
    public async Task DefinitionCommit_OnTheHeadThatWasSeen_IsMadeWhole()
    {
        var first = Latest(1);
        (await ChangeAsync(Nothing, first)).Should().Be(DefinitionCommitOutcome.Committed);

        var second = Latest(2) with { IsPublished = true, IsFrozen = true, ContentHash = new string('b', 64) };
        (await ChangeAsync(DefinitionHead.Of(Latest(1), null), second)).Should().Be(DefinitionCommitOutcome.Committed);

        (await FindAsync(VersionOption.LatestOnly)).Should().Be(second);
        (await FindAsync(VersionOption.PublishedOnly)).Should().Be(second);
        (await FindAsync(VersionOption.Exactly(1))).Should().Be(first with { IsLatest = false });
    }

    public static TheoryData<string, DefinitionHead> OtherHeads => new()
    {
        { "nothing", new DefinitionHead(null, null, false, null) },
        { "another latest", new DefinitionHead("deploy:1", new string('a', 64), false, "deploy:1") },
        { "another content", new DefinitionHead("deploy:2", new string('b', 64), false, "deploy:1") },
        { "frozen", new DefinitionHead("deploy:2", new string('a', 64), true, "deploy:1") },
        { "not published", new DefinitionHead("deploy:2", new string('a', 64), false, null) },
        { "another published", new DefinitionHead("deploy:2", new string('a', 64), false, "deploy:2") },
    };

    [Theory]
    [MemberData(nameof(OtherHeads))]
    public async Task DefinitionCommit_OnAnotherHead_ChangesNothing(string _, DefinitionHead seen)
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1) with { IsPublished = true, IsFrozen = true }, [], Cancel);
        await Store.SaveDefinitionAsync(Latest(2), [], Cancel);
        await Store.SaveDefinitionAsync(Definition("other", 1) with { IsLatest = true, IsPublished = true }, [], Cancel);

        (await ChangeAsync(seen, Latest(3))).Should().Be(DefinitionCommitOutcome.Conflict);
        (await Store.CommitDefinitionAsync(new DefinitionCommit { DefinitionId = "deploy", Expected = seen, Deleted = "deploy:1" }, Cancel))
            .Should().Be(DefinitionCommitOutcome.Conflict);

        (await VersionsAsync(new DefinitionFilter(DefinitionId: "deploy"))).Should().BeEquivalentTo("deploy:1", "deploy:2");
        (await ChangeAsync(new DefinitionHead("deploy:2", new string('a', 64), false, "deploy:1"), Latest(3))).Should().Be(DefinitionCommitOutcome.Committed);
    }

    [Fact]
    public async Task DefinitionCommits_OnOneHeadAtTheSameTime_AreMadeOnce()
    {
        await Store.SaveDefinitionAsync(Latest(1), [], Cancel);

        var outcomes = await Task.WhenAll(Enumerable.Range(2, 10).Select(version =>
            Task.Run(() => ChangeAsync(DefinitionHead.Of(Latest(1), null), Latest(version) with { VersionId = $"deploy:{version}:draft" }))));

        outcomes.Count(o => o == DefinitionCommitOutcome.Committed).Should().Be(1);
        outcomes.Count(o => o == DefinitionCommitOutcome.Conflict).Should().Be(9);
        (await Store.ListDefinitionsAsync(new DefinitionFilter(DefinitionId: "deploy"), new PageRequest(), Cancel)).Total.Should().Be(2);
    }

    [Fact]
    public async Task DefinitionDrafts_SavedInPlaceAtTheSameTime_LoseNone()
    {
        var draft = Latest(1);
        await Store.SaveDefinitionAsync(draft, [], Cancel);

        // Each of them may only go on from what it has read: the hash is a chain of all that were saved.
        var saved = await Task.WhenAll(Enumerable.Range(1, 8).Select(writer => Task.Run(async () =>
        {
            while (true)
            {
                var seen = (await FindAsync(VersionOption.LatestOnly))!;
                var next = seen with { Json = seen.Json + writer, ContentHash = seen.ContentHash + writer };
                if (await ChangeAsync(DefinitionHead.Of(seen, null), next) == DefinitionCommitOutcome.Committed)
                {
                    return writer;
                }
            }
        })));

        (await FindAsync(VersionOption.LatestOnly))!.Json["{}".Length..].Should().HaveLength(saved.Length).And.Match(text => saved.All(w => ((string)text).Contains((char)('0' + w))));
    }

    [Fact]
    public async Task DefinitionVersion_Deleted_LeavesTheNewestOfTheOthersLatest()
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1) with { CreatedAt = Now.AddMinutes(9) }, [], Cancel);
        await Store.SaveDefinitionAsync(Definition("deploy", 2) with { IsPublished = true }, [], Cancel);
        await Store.SaveDefinitionAsync(Latest(3), [], Cancel);

        (await DeleteAsync(new DefinitionHead("deploy:3", new string('a', 64), false, "deploy:2"), "deploy:3")).Should().Be(DefinitionCommitOutcome.Committed);
        (await FindAsync(VersionOption.LatestOnly))!.Version.Should().Be(2);

        (await DeleteAsync(new DefinitionHead("deploy:2", new string('a', 64), false, "deploy:2"), "deploy:1")).Should().Be(DefinitionCommitOutcome.Committed);
        (await FindAsync(VersionOption.LatestOnly))!.Version.Should().Be(2);

        (await DeleteAsync(new DefinitionHead("deploy:2", new string('a', 64), false, "deploy:2"), "deploy:2")).Should().Be(DefinitionCommitOutcome.Committed);
        (await VersionsAsync(new DefinitionFilter(DefinitionId: "deploy"))).Should().BeEmpty();
    }

    [Theory]
    [InlineData(InstanceStatus.Suspended, true)]
    [InlineData(InstanceStatus.Paused, true)]
    [InlineData(InstanceStatus.Faulted, true)]
    [InlineData(InstanceStatus.Finished, false)]
    [InlineData(InstanceStatus.Cancelled, false)]
    public async Task DefinitionVersion_WhileAnInstanceNeedsIt_IsNotDeleted(InstanceStatus status, bool isNeeded)
    {
        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);
        await Store.SaveDefinitionAsync(Latest(2), [], Cancel);
        var claim = await CreateAndClaimAsync("i");
        await CommitAsync(Release(claim) with { Status = status });
        var head = DefinitionHead.Of(Latest(2), null);

        (await DeleteAsync(head, "deploy:1")).Should().Be(isNeeded ? DefinitionCommitOutcome.InUse : DefinitionCommitOutcome.Committed);
        (await Store.GetDefinitionVersionAsync("deploy:1", Cancel) is not null).Should().Be(isNeeded);
        (await DeleteAsync(head, "deploy:2")).Should().Be(DefinitionCommitOutcome.Committed, "nobody runs by the second version");
        (await Store.DeleteDefinitionAsync("deploy", Cancel)).Should().Be(isNeeded ? DefinitionDeletion.InUse : DefinitionDeletion.NotFound);
    }

    [Fact]
    public async Task Definitions_ListedWithoutJson_AreTheSameOtherwise()
    {
        var saved = Latest(1) with { IsFrozen = true, Json = "{\"root\":{}}" };
        await Store.SaveDefinitionAsync(saved, [], Cancel);

        var listed = await Store.ListDefinitionsAsync(new DefinitionFilter { WithoutJson = true }, new PageRequest(), Cancel);

        listed.Items.Should().Equal(saved with { Json = "" });
        listed.Total.Should().Be(1);
    }

    [Fact]
    public async Task Instances_OfOneVersion_AreListed()
    {
        await Store.CreateInstanceAsync(New("one"), Cancel);
        await Store.CreateInstanceAsync(New("two") with { DefinitionVersion = 2, DefinitionVersionId = "deploy:2" }, Cancel);

        var listed = await Store.ListInstancesAsync(new InstanceFilter("deploy", DefinitionVersion: 2), new PageRequest(), Cancel);

        listed.Items.Select(i => i.Id).Should().Equal("two");
    }

    [Fact]
    public async Task DefinitionCommit_TakesItsTriggersAlong()
    {
        var (first, second) = (Latest(1) with { IsPublished = true }, Latest(2) with { IsPublished = true });
        await StartsAsync(Nothing, first, "a");
        (await Store.ListTriggersAsync("event", Cancel)).Select(t => t.VersionId).Should().Equal("deploy:1");

        await StartsAsync(Nothing, second, "b");
        (await Store.ListTriggersAsync("event", Cancel)).Select(t => t.VersionId).Should().Equal(["deploy:1"], "a refused commit changes nothing");

        await StartsAsync(DefinitionHead.Of(first, first), second, "b");
        (await Store.ListTriggersAsync("event", Cancel)).Select(t => t.ActivityId).Should().Equal("b");

        (await DeleteAsync(DefinitionHead.Of(second, second), "deploy:1")).Should().Be(DefinitionCommitOutcome.Committed);
        (await Store.ListTriggersAsync("event", Cancel)).Should().ContainSingle();

        (await DeleteAsync(DefinitionHead.Of(second, second), "deploy:2")).Should().Be(DefinitionCommitOutcome.Committed);
        (await Store.ListTriggersAsync("event", Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Commit_OfAMigratedInstance_MovesItToItsVersion_UnlessFenced()
    {
        var claim = await CreateAndClaimAsync("i");
        await CreateAndClaimAsync("other");
        await CommitAsync(Commit(claim) with { Epoch = claim.Epoch - 1, Migrated = new MigratedVersion("deploy:9", 9) });
        (await GetAsync("i")).DefinitionVersionId.Should().Be("deploy:1");

        await CommitAsync(Commit(claim) with { Migrated = new MigratedVersion("deploy:2", 2) });
        await CommitAsync(Release(claim));

        (await GetAsync("i")).Should().Match<InstanceRecord>(i => i.DefinitionVersionId == "deploy:2" && i.DefinitionVersion == 2);
        (await GetAsync("other")).DefinitionVersion.Should().Be(1);
    }

    private Task<DefinitionCommitOutcome> StartsAsync(DefinitionHead seen, DefinitionRecord saved, string activity) => Store.CommitDefinitionAsync(
        new DefinitionCommit { DefinitionId = "deploy", Expected = seen, Saved = saved, Starts = [Trigger("deploy", saved.Version, activity, "h")] }, Cancel);

    private DefinitionRecord Latest(int version) => Definition("deploy", version) with { IsLatest = true };

    private Task<DefinitionCommitOutcome> ChangeAsync(DefinitionHead seen, DefinitionRecord saved) =>
        Store.CommitDefinitionAsync(new DefinitionCommit { DefinitionId = "deploy", Expected = seen, Saved = saved }, Cancel);

    private Task<DefinitionCommitOutcome> DeleteAsync(DefinitionHead seen, string version) =>
        Store.CommitDefinitionAsync(new DefinitionCommit { DefinitionId = "deploy", Expected = seen, Deleted = version }, Cancel);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DefinitionVersion_WhileAnotherDefinitionThatMayRunUsesIt_IsNotDeleted(bool mayRun)
    {
        await Store.SaveDefinitionAsync(Latest(1), [], Cancel);
        await Store.SaveDefinitionAsync(Definition("consumer", 1) with { IsPublished = mayRun, Json = """{"root":{"workflowDefinitionVersionId":"deploy:1"}}""" }, [], Cancel);

        (await DeleteAsync(DefinitionHead.Of(Latest(1), null), "deploy:1")).Should().Be(mayRun ? DefinitionCommitOutcome.InUse : DefinitionCommitOutcome.Committed);
        (await Store.DeleteDefinitionAsync("deploy", Cancel)).Should().Be(mayRun ? DefinitionDeletion.InUse : DefinitionDeletion.NotFound);
    }

    [Fact]
    public async Task CorrelationId_ThatADatabaseDoesNotTake_FindsNothing()
    {
        (await Store.FindBookmarksAsync(new string('0', 64), "a\0\ud800", Cancel)).Should().BeEmpty();
        (await Store.ListInstancesAsync(new InstanceFilter(CorrelationId: "a\0\ud800"), new PageRequest(), Cancel)).Total.Should().Be(0);
    }
}
