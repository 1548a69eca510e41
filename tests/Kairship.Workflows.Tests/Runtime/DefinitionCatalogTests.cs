using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class DefinitionCatalogTests : IAsyncDisposable
{
    private static readonly string First = Def.Workflow("w", Def.Sequence("root", Def.WriteLine("a")));
    private static readonly string Second = Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go"), Def.WriteLine("b")));
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Import_SameContent_MakesNoNewVersion()
    {
        var first = await engine.Catalog.ImportAsync(First, true, CancellationToken.None);
        var again = JsonNode.Parse(First)!;
        again["version"] = 99;
        var second = await engine.Catalog.ImportAsync(again.ToJsonString(), true, CancellationToken.None);

        (first.Changed, second.Changed, second.Definition!.VersionId).Should().Be((true, false, first.Definition!.VersionId));
    }

    [Fact]
    public async Task Import_DraftThenPublish_PublishesTheSameVersion()
    {
        var draft = await engine.Catalog.ImportAsync(First, false, CancellationToken.None);
        (await engine.Catalog.FindPublishedAsync("w", CancellationToken.None)).Should().BeNull();
        var published = await engine.Catalog.ImportAsync(First, true, CancellationToken.None);

        published.Definition!.VersionId.Should().Be(draft.Definition!.VersionId);
        (await engine.Catalog.FindPublishedAsync("w", CancellationToken.None))!.Version.Should().Be(1);
    }

    [Fact]
    public async Task Import_NewVersionWhileAnInstanceRuns_DoesNotChangeTheInstance()
    {
        var id = await engine.RunAsync(Second);
        await engine.ImportAsync(First);
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();

        (await engine.JournalAsync(id, "Note")).Should().Equal("b b");
        (await engine.InstanceAsync(id)).DefinitionVersion.Should().Be(1);
        (await engine.Catalog.FindPublishedAsync("w", CancellationToken.None))!.Version.Should().Be(2);
    }

    [Fact]
    public async Task Import_WhatDoesNotCompile_IsRefusedForPublishingAndKeptAsADraft()
    {
        var broken = Def.Workflow("w", Def.Sequence("root", Def.Activity("Nobody.Knows", "x")));
        var refused = await engine.Catalog.ImportAsync(broken, true, CancellationToken.None);
        var draft = await engine.Catalog.ImportAsync(broken, false, CancellationToken.None);

        refused.Definition.Should().BeNull();
        refused.Problems.Should().Contain(p => p.ActivityId == "x" && p.Code == ProblemCode.UnknownType);
        draft.Definition.Should().NotBeNull();
        (await engine.Catalog.GetGraphAsync(draft.Definition!.VersionId, CancellationToken.None)).Should().BeNull();
        (await engine.Catalog.ImportAsync("{ not json", true, CancellationToken.None)).Problems.Should().ContainSingle();
    }

    [Theory]
    [InlineData("a\\u0000b", ProblemCode.InvalidId)]
    [InlineData("\\ud800", ProblemCode.Json)]
    [InlineData("LONG", ProblemCode.InvalidId)]
    public async Task Import_UnderAnIdThatADatabaseDoesNotTake_IsRefused(string id, string code)
    {
        var json = """{"definitionId":"ID","root":{"id":"r","type":"Elsa.Sequence","activities":[]}}""".Replace("ID", id.Replace("LONG", new string('x', 201), StringComparison.Ordinal), StringComparison.Ordinal);

        (await engine.Catalog.ImportAsync(json, publish: false, CancellationToken.None)).Problems.Should().Contain(p => p.Code == code);
    }
}
