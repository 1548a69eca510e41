using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class DefinitionEditTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DefinitionCatalog Catalog => engine.Catalog;

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task SaveDraft_WithoutAnId_MakesANewDefinition()
    {
        var document = JsonNode.Parse(Content("a"))!;
        document["definitionId"] = null;
        var saved = await Catalog.SaveDraftAsync(new SaveDraft { Json = document.ToJsonString() }, Cancel);

        saved.Should().Match<DefinitionResult>(r => r.Outcome == DefinitionOutcome.Done && r.Definition!.Version == 1 && !r.Definition.IsPublished && !r.Definition.IsFrozen);
        saved.Definition!.DefinitionId.Should().NotBeNullOrEmpty().And.Be(WorkflowDefinition.Parse(saved.Definition.Json).DefinitionId);
    }

    [Fact]
    public async Task SaveDraft_OverADraft_KeepsNumberAndId_OverAPublished_MakesTheNextVersion()
    {
        var first = await SaveAsync("a");
        var second = await SaveAsync("b", first.ContentHash);
        (second.VersionId, second.Version, second.CreatedAt).Should().Be((first.VersionId, 1, first.CreatedAt));
        (await VersionsAsync()).Should().ContainSingle();

        (await Catalog.PublishAsync("w", null, Cancel)).Outcome.Should().Be(DefinitionOutcome.Done);
        var third = await SaveAsync("c", second.ContentHash);
        third.Version.Should().Be(2);
        (await Catalog.FindPublishedAsync("w", Cancel)).Should().Match<DefinitionRecord>(d => d.VersionId == first.VersionId && d.ContentHash == second.ContentHash);

        (await Catalog.PublishAsync("w", third.ContentHash, Cancel)).Definition!.Version.Should().Be(2);
        (await VersionsAsync()).Count(d => d.IsPublished).Should().Be(1);
    }

    [Fact]
    public async Task SaveDraft_ThatAsksForIt_PublishesInTheSameStep_UnlessItDoesNotCompile()
    {
        var both = new JsonObject { ["model"] = JsonNode.Parse(Content("a")), ["publish"] = true }.ToJsonString();
        (await Catalog.SaveDraftAsync(new SaveDraft { Json = both }, Cancel)).Definition!.IsPublished.Should().BeTrue();

        var broken = Def.Workflow("w", Def.Sequence("root", Def.Activity("Nobody.Knows", "x")));
        var refused = await Catalog.SaveDraftAsync(new SaveDraft { Json = broken, Publish = true }, Cancel);
        refused.Outcome.Should().Be(DefinitionOutcome.Invalid);
        refused.Problems.Should().Contain(p => p.IsError);
        (await VersionsAsync()).Should().ContainSingle();

        (await Catalog.SaveDraftAsync(new SaveDraft { Json = broken }, Cancel)).Outcome.Should().Be(DefinitionOutcome.Done, "a draft may be incomplete");
        (await Catalog.PublishAsync("w", null, Cancel)).Should().Match<DefinitionResult>(r => r.Outcome == DefinitionOutcome.Invalid && r.Problems.Any(p => p.ActivityId == "x"));
        (await Catalog.FindPublishedAsync("w", Cancel))!.Version.Should().Be(1);
    }

    /// <summary>What the editor says it edited, against what is there: the latest is a draft (version 2) over a published version 1.</summary>
    [Theory]
    [InlineData("hash of latest", DefinitionOutcome.Done)]
    [InlineData("hash in upper case", DefinitionOutcome.Done)]
    [InlineData("hash of older", DefinitionOutcome.Conflict)]
    [InlineData("anything", DefinitionOutcome.Done)]
    [InlineData("id of latest", DefinitionOutcome.Done)]
    [InlineData("id of older", DefinitionOutcome.Conflict)]
    [InlineData("id of elsewhere", DefinitionOutcome.Conflict)]
    [InlineData("nothing", DefinitionOutcome.Conflict)]
    [InlineData("nothing, same content", DefinitionOutcome.Unchanged)]
    [InlineData("hash of older, same content", DefinitionOutcome.Unchanged)]
    public async Task SaveDraft_OverSomebodyElsesDraft_LosesNothingSilently(string edited, DefinitionOutcome outcome)
    {
        var older = await SaveAsync("a");
        await Catalog.PublishAsync("w", null, Cancel);
        var latest = await SaveAsync("b");
        var document = JsonNode.Parse(Content(edited.EndsWith("same content", StringComparison.Ordinal) ? "b" : "mine"))!;
        document["id"] = edited switch { "id of latest" => latest.VersionId, "id of older" => older.VersionId, "id of elsewhere" => "strange", _ => null };
        var result = await Catalog.SaveDraftAsync(
            new SaveDraft
            {
                Json = document.ToJsonString(),
                Expected = edited.Split(',')[0] switch
                {
                    "hash of latest" => latest.ContentHash,
                    "hash in upper case" => latest.ContentHash.ToUpperInvariant(),
                    "hash of older" => older.ContentHash,
                    "anything" => SaveDraft.Anything,
                    _ => null,
                },
            },
            Cancel);

        result.Outcome.Should().Be(outcome);
        (await LatestAsync()).ContentHash.Should().Be(outcome == DefinitionOutcome.Done ? result.Definition!.ContentHash : latest.ContentHash);
        if (outcome == DefinitionOutcome.Conflict)
        {
            result.Definition!.VersionId.Should().Be(latest.VersionId, "the answer shows what is there");
            result.Reason.Should().ContainEquivalentOf("version 2");
        }
    }

    [Fact]
    public async Task SaveDraft_ByManyAtTheSameTime_LosesNobodysEdit()
    {
        await SaveAsync("start");
        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () =>
        {
            DefinitionResult result;
            do
            {
                var seen = await LatestAsync();
                var text = JsonNode.Parse(seen.Json)!["description"]?.GetValue<string>();
                var mine = JsonNode.Parse(Content("start"))!;
                mine["description"] = $"{text} <{writer}>";
                result = await Catalog.SaveDraftAsync(new SaveDraft { Json = mine.ToJsonString(), Expected = seen.ContentHash }, Cancel);
            }
            while (result.Outcome == DefinitionOutcome.Conflict);
        })));

        var last = await LatestAsync();
        last.Version.Should().Be(1);
        Enumerable.Range(0, 12).Should().OnlyContain(writer => last.Json.Contains($"<{writer}>"));
    }

    [Fact]
    public async Task Publish_OfADraftThatWasChangedMeanwhile_IsAConflict()
    {
        var seen = await SaveAsync("a");
        await SaveAsync("b", seen.ContentHash);
        (await Catalog.PublishAsync("w", seen.ContentHash, Cancel)).Outcome.Should().Be(DefinitionOutcome.Conflict);
        (await Catalog.FindPublishedAsync("w", Cancel)).Should().BeNull();
        (await Catalog.PublishAsync("w", null, Cancel)).Outcome.Should().Be(DefinitionOutcome.Done);
        (await Catalog.PublishAsync("w", null, Cancel)).Outcome.Should().Be(DefinitionOutcome.Unchanged);
    }

    [Fact]
    public async Task Retract_StopsStarts_AndKeepsTheVersionAsItWas()
    {
        await engine.ImportAsync(Content("a"));
        var running = await engine.StartAsync("w");
        (await Catalog.RetractAsync("w", Cancel)).Definition.Should().Match<DefinitionRecord>(d => d.Version == 1 && !d.IsPublished && d.IsFrozen);
        (await Catalog.RetractAsync("w", Cancel)).Outcome.Should().Be(DefinitionOutcome.Unchanged);

        (await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "w" }, Cancel)).Outcome.Should().Be(StartOutcome.DefinitionNotFound);
        (await SaveAsync("b", SaveDraft.Anything)).Version.Should().Be(2, "what was published never changes");
        await engine.RunToRestAsync();
        (await engine.JournalAsync(running, "Note")).Should().Equal("a a");
    }

    [Fact]
    public async Task Revert_MakesANewDraftOfOldContent_AndKeepsTheDraftThatWasThere()
    {
        await engine.ImportAsync(Content("a"));
        await engine.ImportAsync(Content("b"));
        await SaveAsync("draft");
        var reverted = await Catalog.RevertAsync("w", 1, Cancel);

        reverted.Definition.Should().Match<DefinitionRecord>(d => d.Version == 4 && d.IsLatest && !d.IsPublished);
        (await Catalog.FindPublishedAsync("w", Cancel))!.Version.Should().Be(2);
        var versions = await VersionsAsync();
        versions.Select(v => v.Version).Should().Equal(4, 3, 2, 1);
        versions[0].ContentHash.Should().Be(versions[3].ContentHash);
        (await Catalog.RevertAsync("w", 1, Cancel)).Outcome.Should().Be(DefinitionOutcome.Unchanged);
        (await Catalog.RevertAsync("w", 9, Cancel)).Outcome.Should().Be(DefinitionOutcome.NotFound);
        JsonNode.Parse(reverted.Definition!.Json)!["id"]!.GetValue<string>().Should().Be(reverted.Definition.VersionId);
    }

    [Fact]
    public async Task Delete_WhileAnInstanceRunsOrRanByTheVersion_IsRefused()
    {
        await engine.ImportAsync(Waiting);
        var id = await engine.StartAsync("w");
        await engine.RunDueAsync();
        await engine.ImportAsync(Content("b"));

        (await Catalog.DeleteVersionAsync("w", 1, Cancel)).Should().Match<DefinitionResult>(r => r.Outcome == DefinitionOutcome.InUse && r.Reason!.Contains("version 1"));
        (await Catalog.DeleteAsync("w", Cancel)).Outcome.Should().Be(DefinitionOutcome.InUse);
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();
        (await Catalog.DeleteVersionAsync("w", 1, Cancel)).Should().Match<DefinitionResult>(r => r.Outcome == DefinitionOutcome.InUse && r.Reason!.Contains("1 ended"));
        (await Catalog.DeleteAsync("w", Cancel)).Outcome.Should().Be(DefinitionOutcome.InUse, "what ran by it could no longer be looked at");
        (await engine.Store.DeleteInstanceAsync(id, Cancel)).Should().BeTrue();
        (await Catalog.DeleteVersionAsync("w", 1, Cancel)).Outcome.Should().Be(DefinitionOutcome.Done);
        (await Catalog.DeleteVersionAsync("w", 1, Cancel)).Outcome.Should().Be(DefinitionOutcome.NotFound);
        (await Catalog.DeleteAsync("w", Cancel)).Outcome.Should().Be(DefinitionOutcome.Done);
        (await Catalog.DeleteAsync("w", Cancel)).Outcome.Should().Be(DefinitionOutcome.NotFound);
    }

    [Fact]
    public async Task Draft_IsRunOnlyWhenAskedFor_AndFrozenByIt()
    {
        var draft = await SaveAsync("a");
        var plain = new StartRequest { DefinitionId = "w", VersionOption = VersionOption.LatestOnly };
        (await engine.Runtime.StartAsync(plain, Cancel)).Should().Match<StartResult>(r => r.Outcome == StartOutcome.IsDraft && r.Problem!.Contains("draft"));

        var started = await engine.Runtime.StartAsync(plain with { RunDraft = true }, Cancel);
        var next = await SaveAsync("b", draft.ContentHash);
        next.Version.Should().Be(2, "the first is frozen");
        await engine.RunToRestAsync();
        (await engine.JournalAsync(started.InstanceId!, "Note")).Should().Equal("a a");
    }

    [Theory]
    [InlineData("isReadonly")]
    [InlineData("isSystem")]
    public async Task ShippedDefinition_IsNotEdited(string flag)
    {
        var shipped = JsonNode.Parse(Content("a"))!;
        shipped[flag] = true;
        (await Catalog.ImportAsync(shipped.ToJsonString(), true, Cancel)).Succeeded.Should().BeTrue();

        DefinitionResult[] refused =
        [
            await Catalog.SaveDraftAsync(new SaveDraft { Json = Content("b"), Expected = SaveDraft.Anything }, Cancel),
            await Catalog.PublishAsync("w", null, Cancel), await Catalog.RetractAsync("w", Cancel), await Catalog.RevertAsync("w", 1, Cancel),
            await Catalog.DeleteVersionAsync("w", 1, Cancel), await Catalog.DeleteAsync("w", Cancel),
        ];
        refused.Should().OnlyContain(r => r.Outcome == DefinitionOutcome.ReadOnly && r.Reason!.Contains("another definitionId"));
        (await Catalog.ImportAsync(Content("b"), true, ImportSource.Caller, Cancel)).Problems.Should().ContainSingle(p => p.Code == ProblemCode.ReadOnly);
        (await Catalog.ImportAsync(Content("b"), true, Cancel)).Changed.Should().BeTrue("the folder may");

        shipped["definitionId"] = "copy";
        var copy = await Catalog.SaveDraftAsync(new SaveDraft { Json = shipped.ToJsonString() }, Cancel);
        WorkflowDefinition.Parse(copy.Definition!.Json).Should().Match<WorkflowDefinition>(d => !d.IsReadonly && !d.IsSystem);
    }

    [Fact]
    public async Task Triggers_AfterEachOperation_AreThoseOfThePublishedVersion()
    {
        static string Triggered(string name) => Def.Workflow("w", Def.Sequence("root", StartingAt(Def.Event("e", name))));
        async Task StartsByAsync(params string[] names) => (await engine.Store.ListTriggersAsync("event", Cancel)).Select(t => t.StimulusKey).Should().Equal(names);

        await Catalog.SaveDraftAsync(new SaveDraft { Json = Triggered("one") }, Cancel);
        await StartsByAsync();
        await Catalog.PublishAsync("w", null, Cancel);
        await StartsByAsync("one");
        await Catalog.SaveDraftAsync(new SaveDraft { Json = Triggered("two") }, Cancel);
        await StartsByAsync("one");
        await Catalog.SaveDraftAsync(new SaveDraft { Json = Triggered("two"), Publish = true }, Cancel);
        await StartsByAsync("two");
        await Catalog.RevertAsync("w", 1, Cancel);
        await StartsByAsync("two");
        await Catalog.PublishAsync("w", null, Cancel);
        await StartsByAsync("one");
        await Catalog.RetractAsync("w", Cancel);
        await StartsByAsync();
        await Catalog.PublishAsync("w", null, Cancel);
        await StartsByAsync("one");
        await Catalog.DeleteVersionAsync("w", 3, Cancel);
        await StartsByAsync();
    }

    private static JsonObject StartingAt(JsonObject activity)
    {
        activity["customProperties"] = new JsonObject { ["canStartWorkflow"] = true };
        return activity;
    }

    /// <summary>Whatever is done in whatever order: numbers are unique, the newest is the latest, one at most is published, and what was frozen never changes.</summary>
    [Fact]
    public Task Definition_AfterAnyEdits_HoldsItsInvariants() => Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4], Gen.Bool).Array[1, 25].SampleAsync(
        async edits =>
        {
            await using var own = new WorkflowHarness();
            var frozen = new Dictionary<string, string>();
            foreach (var (kind, argument, publish) in edits)
            {
                _ = kind switch
                {
                    0 or 1 => await own.Catalog.SaveDraftAsync(new SaveDraft { Json = Content($"c{argument}"), Publish = publish, Expected = SaveDraft.Anything }, Cancel),
                    2 => await own.Catalog.PublishAsync("w", null, Cancel),
                    3 => await own.Catalog.RetractAsync("w", Cancel),
                    4 => await own.Catalog.RevertAsync("w", argument, Cancel),
                    5 => await own.Catalog.DeleteVersionAsync("w", argument, Cancel),
                    _ => await RunAsync(own, publish),
                };
                var versions = (await own.Catalog.ListVersionsAsync("w", new PageRequest(), Cancel)).Items;
                versions.Select(v => v.Version).Should().OnlyHaveUniqueItems();
                versions.Count(v => v.IsPublished).Should().BeLessThanOrEqualTo(1);
                versions.Where(v => v.IsLatest).Should().HaveCount(versions.Count == 0 ? 0 : 1);
                versions.Should().NotContain(v => v.IsLatest && v.Version != versions.Max(o => o.Version)).And.NotContain(v => v.IsPublished && !v.IsFrozen);
                foreach (var version in versions.Where(v => v.IsFrozen || frozen.ContainsKey(v.VersionId)))
                {
                    frozen.TryAdd(version.VersionId, version.ContentHash);
                    version.ContentHash.Should().Be(frozen[version.VersionId]);
                }
            }
        },
        iter: 150);

    private static async Task<DefinitionResult?> RunAsync(WorkflowHarness engine, bool draft)
    {
        await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "w", VersionOption = VersionOption.LatestOnly, RunDraft = draft }, Cancel);
        await engine.RunToRestAsync();
        return null;
    }

    private static string Waiting => Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go")));

    private static string Content(string line) => Def.Workflow("w", Def.Sequence("root", Def.WriteLine(line)));

    private async Task<DefinitionRecord> SaveAsync(string line, string? expected = null)
    {
        var saved = await Catalog.SaveDraftAsync(new SaveDraft { Json = Content(line), Expected = expected }, Cancel);
        saved.Outcome.Should().Be(DefinitionOutcome.Done, saved.Reason);
        return saved.Definition!;
    }

    private async Task<DefinitionRecord> LatestAsync() => (await engine.Store.FindDefinitionAsync("w", VersionOption.LatestOnly, Cancel))!;

    private async Task<IReadOnlyList<DefinitionRecord>> VersionsAsync() => (await Catalog.ListVersionsAsync("w", new PageRequest(), Cancel)).Items;
}
