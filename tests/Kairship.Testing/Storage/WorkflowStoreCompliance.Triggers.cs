using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class WorkflowStoreCompliance
{
    [Fact]
    public async Task Triggers_OfAPublishedDefinition_AreFoundByHashAndListedByName()
    {
        var timer = Trigger("deploy", 1, "timer", "h1", "schedule") with { Data = "{\"interval\":\"00:01:00\"}" };
        await Store.SaveDefinitionAsync(Published("deploy", 1), [Trigger("deploy", 1, "b", "h2"), timer, Trigger("deploy", 1, "a", "h2")], Cancel);
        await Store.SaveDefinitionAsync(Published("canary", 1), [Trigger("canary", 1, "z", "h2")], Cancel);

        (await Store.FindTriggersAsync("h1", Cancel)).Should().Equal(timer);
        (await Store.FindTriggersAsync("h2", Cancel)).Select(t => t.DefinitionId + t.ActivityId).Should().Equal("canaryz", "deploya", "deployb");
        (await Store.FindTriggersAsync("h3", Cancel)).Should().BeEmpty();
        (await Store.ListTriggersAsync("schedule", Cancel)).Should().Equal(timer);
        (await Store.ListTriggersAsync("event", Cancel)).Should().HaveCount(3);
    }

    [Fact]
    public async Task Triggers_OfANewPublishedVersion_ReplaceTheOldOnes()
    {
        await Store.SaveDefinitionAsync(Published("other", 1), [Trigger("other", 1, "a", "h1")], Cancel);
        await Store.SaveDefinitionAsync(Published("deploy", 1), [Trigger("deploy", 1, "a", "h1"), Trigger("deploy", 1, "b", "h1")], Cancel);

        await Store.SaveDefinitionAsync(Published("deploy", 2), [Trigger("deploy", 2, "a", "h2")], Cancel);

        (await Store.ListTriggersAsync("event", Cancel)).Select(t => t.VersionId + t.ActivityId + t.StimulusHash).Should().Equal("deploy:2ah2", "other:1ah1");
    }

    [Fact]
    public async Task Triggers_SavedAgainOrTwiceInOneList_AreThereOnce()
    {
        await Store.SaveDefinitionAsync(Published("deploy", 1), [Trigger("deploy", 1, "a", "h1"), Trigger("deploy", 1, "a", "h1")], Cancel);
        await Store.SaveDefinitionAsync(Published("deploy", 1), [Trigger("deploy", 1, "a", "h1")], Cancel);

        (await Store.FindTriggersAsync("h1", Cancel)).Should().ContainSingle();
    }

    [Fact]
    public async Task Triggers_WhileADraftIsSaved_StayThoseOfThePublishedVersion()
    {
        await Store.SaveDefinitionAsync(Published("deploy", 1), [Trigger("deploy", 1, "a", "h1")], Cancel);

        await Store.SaveDefinitionAsync(Definition("deploy", 2) with { IsLatest = true }, [Trigger("deploy", 2, "b", "h2")], Cancel);

        (await Store.ListTriggersAsync("event", Cancel)).Should().ContainSingle().Which.VersionId.Should().Be("deploy:1");
    }

    [Fact]
    public async Task Triggers_OfARetractedOrDeletedDefinition_AreGone()
    {
        await Store.SaveDefinitionAsync(Published("deploy", 1), [Trigger("deploy", 1, "a", "h1")], Cancel);
        await Store.SaveDefinitionAsync(Published("canary", 1), [Trigger("canary", 1, "a", "h1")], Cancel);

        await Store.SaveDefinitionAsync(Definition("deploy", 1), [], Cancel);
        await Store.DeleteDefinitionAsync("canary", Cancel);

        (await Store.FindTriggersAsync("h1", Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Trigger_Fired_KeepsTheLatestTime()
    {
        var trigger = Trigger("deploy", 1, "a", "h1");
        await Store.SaveDefinitionAsync(Published("deploy", 1), [trigger], Cancel);

        (await Store.SetTriggerFiredAsync(trigger, trigger.PublishedAt.AddMinutes(2), Cancel)).Should().BeTrue();
        (await Store.SetTriggerFiredAsync(trigger, trigger.PublishedAt.AddMinutes(1), Cancel)).Should().BeTrue();
        (await Store.SetTriggerFiredAsync(trigger with { VersionId = "deploy:0" }, trigger.PublishedAt.AddMinutes(3), Cancel)).Should().BeFalse();

        (await Store.FindTriggersAsync("h1", Cancel)).Should().Equal(trigger with { FiredAt = trigger.PublishedAt.AddMinutes(2) });
    }

    [Fact]
    public async Task Bookmarks_ListedByTheKindOfStimulus_AreThoseOfUnfinishedInstances()
    {
        var one = await CreateAndClaimAsync("one");
        var two = await CreateAndClaimAsync("two");
        var task = Bookmark("one", "b1", "h1") with { StimulusName = "task" };
        await CommitAsync(Commit(one) with { AddedBookmarks = [task, Bookmark("one", "b2", "h2"), task with { Id = "b3" }] });
        await CommitAsync(Commit(two) with { AddedBookmarks = [Bookmark("two", "b1", "h1") with { StimulusName = "task" }] });

        (await Store.ListBookmarksAsync("task", new PageRequest(0, 2), Cancel)).Should().BeEquivalentTo(new { Total = 3L, Items = new[] { task, task with { Id = "b3" } } });

        await CommitAsync(Finish(two));
        (await Store.ListBookmarksAsync("task", new PageRequest(1, 5), Cancel)).Should().BeEquivalentTo(new { Total = 2L, Items = new[] { task with { Id = "b3" } } });
    }

    private DefinitionRecord Published(string id, int version) => Definition(id, version) with { IsLatest = true, IsPublished = true };

    private TriggerRecord Trigger(string definitionId, int version, string activityId, string hash, string name = "event") =>
        new(definitionId, $"{definitionId}:{version}", activityId, name, "key of " + hash, hash, null, triggersAt ??= Now);

    private DateTimeOffset? triggersAt;
}
