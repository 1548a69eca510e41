using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Workflows.Tests.Activities;

public sealed class BulkDispatchWorkflowsTests
{
    private static readonly string Child = Def.Workflow("child", Def.Sequence("root",
        Def.Effect("work", ("value", Def.Js("({item: getInput('Item'), name: getInput('name'), color: getInput('color')})")), ("fail", Def.Js("getInput('fail')"))),
        Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("answer")), ("outputValue", Def.Js("getInput('Item')")))));

    [Fact]
    public async Task Items_OneInstanceEach_WithInputsAndCorrelationIds()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Child);

        var id = await engine.RunAsync(Bulk("[\"a\",{\"name\":\"b\",\"color\":\"red\"},3]", null, null,
            ("correlationIdFunction", Def.Js("'c-' + (getItem().name ?? getItem())", "String")), ("input", Def.Input("Object", "{\"color\":\"blue\"}", "ObjectDictionary"))));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        var children = await ChildrenAsync(engine, id);
        children.Select(c => c.CorrelationId).Should().BeEquivalentTo("c-a", "c-b", "c-3");
        engine.Ledger.Distinct.Values.Should().BeEquivalentTo(
            "work={\"item\":\"a\",\"name\":null,\"color\":\"blue\"}", "work={\"item\":null,\"name\":\"b\",\"color\":\"red\"}", "work={\"item\":3,\"name\":null,\"color\":\"blue\"}", "after=");
    }

    [Fact]
    public async Task Ends_RunTheEmbeddedActivities_WithWhatTheChildPutOut()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Child);

        var id = await engine.RunAsync(Bulk("[\"a\",{\"Item\":\"b\",\"fail\":\"fatal\"},\"c\"]",
            Def.Effect("good", ("value", Def.Js("getChildOutput().answer + getChildIndex()"))), Def.Effect("bad", ("value", Def.Js("getChildStatus() + getChildIndex()")))));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Values.Should().Contain(["good=\"a0\"", "good=\"c2\"", "bad=\"Faulted1\"", "after="]).And.HaveCount(6);
    }

    [Theory]
    [InlineData("[]", true)]
    [InlineData("[1,2]", false)]
    public async Task NothingToWaitFor_GoesOnAtOnce(string items, bool waits)
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "never"))));

        var id = await engine.RunAsync(Bulk(items, null, null, ("waitForCompletion", Def.Literal(waits ? "true" : "false", "Boolean"))));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await ChildrenAsync(engine, id)).Should().HaveCount(waits ? 0 : 2);
    }

    [Fact]
    public async Task AllCancelled_LeavesByCanceled()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "never"))));
        var id = await engine.RunAsync(Bulk("[1,2]", null, null));

        foreach (var child in await ChildrenAsync(engine, id))
        {
            await engine.Runtime.CancelAsync(child.Id, CancellationToken.None);
        }

        await engine.RunToRestAsync();
        engine.Ledger.Distinct.Values.Should().Equal("cancelled=");
    }

    [Fact]
    public async Task Skipped_LeavesNoChildBehind()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Event("wait", "never")));
        var id = await engine.RunAsync(Bulk("[1,2]", null, null));

        (await engine.Runtime.SkipAsync(id, "bulk", ["Completed"], CancellationToken.None)).IsApplied.Should().BeTrue();
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await ChildrenAsync(engine, id)).Should().HaveCount(2).And.OnlyContain(c => c.Status == InstanceStatus.Cancelled);
    }

    [Fact]
    public async Task RefusedStarts_AreOneIncident_AndTheRetryStartsThem()
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Bulk("[1,2,3]", null, null));
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle(i => i.Type == "ChildNotStarted" && i.Message.StartsWith("3 of 3", StringComparison.Ordinal));

        await engine.ImportAsync(Child);
        await engine.Runtime.RetryAsync(id);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await ChildrenAsync(engine, id)).Should().HaveCount(3).And.OnlyContain(c => c.Status == InstanceStatus.Finished);
    }

    [Fact]
    public async Task AThousandItems_AllRun_AndMoreThanTheLimitIsAnIncident()
    {
        var options = new WorkflowRuntimeOptions { Owner = "harness", Limits = new ExecutionLimits { MaxFanOut = 1000 } };
        await using var engine = new WorkflowHarness(options: options);
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.WriteLine("line"))));
        await engine.ImportAsync(Bulk("getItems()", null, null, js: true));

        var id = await engine.StartAsync("bulk", new JsonObject { ["items"] = Numbers(1000) });
        var tooMany = await engine.StartAsync("bulk", new JsonObject { ["items"] = Numbers(1001) });
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id, Statuses: [InstanceStatus.Finished]), new PageRequest(), CancellationToken.None)).Total.Should().Be(1000);
        (await engine.SnapshotAsync(tooMany)).Incidents.Should().ContainSingle(i => i.Type == "FanOut" && i.Message.Contains("1000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Crash_AtEveryCommitOfParentAndChildren_DoesNotShow()
    {
        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)),
            Bulk("[\"a\",{\"Item\":\"b\",\"fail\":\"fatal\"},\"c\"]", Def.Effect("good", ("value", Def.Js("getChildStatus()"))), Def.Effect("bad")), [], null, Child);

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Commits.Should().BeGreaterThan(8);
    }

    private static string Bulk(string items, JsonObject? completed, JsonObject? faulted, params (string Name, JsonNode? Value)[] more) => Bulk(items, completed, faulted, false, more);

    private static string Bulk(string items, JsonObject? completed, JsonObject? faulted, bool js, params (string Name, JsonNode? Value)[] more) =>
        Def.Workflow("bulk", Def.Flowchart("root",
            [
                Def.Activity("Elsa.BulkDispatchWorkflows", "bulk",
                    [("workflowDefinitionId", Def.Literal("child")), ("items", js ? Def.Js("getInput('items')") : Def.Input("Object", items)), ("childCompleted", completed), ("childFaulted", faulted), .. more]),
                Def.Effect("after"),
                Def.Effect("cancelled"),
            ],
            "bulk.Completed -> after", "bulk.Canceled -> cancelled"));

    private static JsonArray Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (JsonNode)i)];

    private static async Task<IReadOnlyList<InstanceRecord>> ChildrenAsync(WorkflowHarness engine, string parent) =>
        (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: parent), new PageRequest(), CancellationToken.None)).Items;
}
