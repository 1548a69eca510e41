using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>Parents and children: who is cancelled with whom, and what a parent hears.</summary>
public sealed class FamilyTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Cancel_OfAParent_CancelsItsChildrenAndTheirs_WithTheirCompensations()
    {
        var (parent, child) = await StartAsync();
        var grandchild = (await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "child", ParentInstanceId = child }, None)).InstanceId!;
        await engine.RunToRestAsync();

        await engine.Runtime.CancelAsync(parent, None);
        await engine.RunToRestAsync();

        foreach (var id in (string[])[parent, child, grandchild])
        {
            (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        }

        engine.Ledger.Distinct.Keys.Should().Contain([$"{child}/undo/1", $"{grandchild}/undo/1"]);
    }

    [Fact]
    public async Task Cancel_OfAParent_WhileTheChildCompensates_ForcesNothing()
    {
        var (parent, child) = await StartAsync();
        await engine.Runtime.CancelAsync(child, None);
        await engine.Runtime.CancelAsync(parent, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(child)).Should().Be(InstanceStatus.Cancelled);
        engine.Ledger.Count($"{child}/undo/1").Should().Be(1);
    }

    [Fact]
    public async Task Child_StartedByAParentThatIsCancelledAlready_IsCancelled()
    {
        var (parent, _) = await StartAsync();
        await engine.Runtime.CancelAsync(parent, None);
        await engine.RunToRestAsync();

        var late = (await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "child", ParentInstanceId = parent }, None)).InstanceId!;
        await engine.RunToRestAsync();

        (await engine.StatusAsync(late)).Should().Be(InstanceStatus.Cancelled);
    }

    [Fact]
    public async Task Child_ThatFaults_TellsItsParentOnceForEachTime_AndAgainWhenItFinishes()
    {
        var (_, child) = await StartAsync();
        await engine.EventAsync(child, "go");
        await RunChildAsync(child);
        (await ToldAsync()).Should().Equal("Faulted");

        await engine.Runtime.SetVariableAsync(child, "x", "fatal", null, None);
        await RunChildAsync(child);
        (await ToldAsync()).Should().Equal(["Faulted"], "nothing was tried");

        await engine.Runtime.RetryAsync(child, null, None);
        await RunChildAsync(child);
        await engine.Runtime.SetVariableAsync(child, "x", "0", null, None);
        await engine.Runtime.RetryAsync(child, null, None);
        await RunChildAsync(child);

        (await engine.StatusAsync(child)).Should().Be(InstanceStatus.Finished);
        (await ToldAsync()).Should().Equal("Faulted", "Faulted", "Finished");
    }

    [Theory]
    [InlineData(true, InstanceStatus.Cancelled)]
    [InlineData(false, InstanceStatus.Suspended)]
    public async Task Cancel_OfAParent_LeavesWhatItOnlyDispatched(bool waits, InstanceStatus expected)
    {
        await StartAsync();
        var parent = await engine.RunAsync(Def.Workflow("caller", Def.Sequence("root",
            Def.Activity("Elsa.DispatchWorkflow", "call", ("workflowDefinitionId", Def.Literal("child")), ("waitForCompletion", Def.Literal(waits ? "true" : "false", "Boolean"))), Def.Event("e", "never"))));
        var child = (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: parent), new PageRequest(), None)).Items.Single().Id;

        await engine.Runtime.CancelAsync(parent, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(child)).Should().Be(expected);
    }

    /// <summary>Runs the child alone: what it tells stays in the outbox, to be counted.</summary>
    private Task RunChildAsync(string child) => engine.Runtime.RunAsync(child, None);

    private async Task<IEnumerable<string>> ToldAsync() =>
        (await engine.Store.ReadOutboxAsync(100, None)).Select(m => System.Text.Json.Nodes.JsonNode.Parse(m.Payload.Span)!["Stimulus"]!["p"]!["status"]!.GetValue<string>());

    private async Task<(string Parent, string Child)> StartAsync()
    {
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root",
            Def.Effect("do").With(("kairship:compensation", Def.Effect("undo"))), Def.Event("wait", "go"), Def.Effect("then", ("fail", Def.Js("getX()", "String")))), ("x", "String", "fatal")));
        var parent = await engine.RunAsync(Def.Workflow("parent", Def.Event("e", "never")));
        var child = (await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "child", ParentInstanceId = parent }, None)).InstanceId!;
        await engine.RunToRestAsync();
        return (parent, child);
    }
}
