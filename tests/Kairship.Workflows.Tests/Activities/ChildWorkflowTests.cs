using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Workflows.Tests.Activities;

/// <summary>DispatchWorkflow and ExecuteWorkflow.</summary>
public sealed class ChildWorkflowTests
{
    private static readonly string Child = Def.Workflow("child", Def.Sequence("root",
        Def.Effect("work", ("value", Def.Js("getInput('what')")), ("fail", Def.Js("getInput('fail')"))),
        Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("answer")), ("outputValue", Def.Js("getInput('what') + '!'")))));

    [Theory]
    [InlineData("Elsa.DispatchWorkflow", "{\"answer\":\"tea!\"}")]
    [InlineData("Elsa.ExecuteWorkflow", "{\"workflowInstanceId\":\"CHILD\",\"status\":\"Finished\",\"subStatus\":\"Finished\",\"output\":{\"answer\":\"tea!\"}}")]
    public async Task Child_WaitedFor_GivesItsOutputs(string type, string expected)
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Child);

        var id = await engine.RunAsync(Parent(type, waits: true, ("correlationId", Def.Literal("c-1"))));

        var child = await ChildOfAsync(engine, id);
        child.Should().BeEquivalentTo(new { Status = InstanceStatus.Finished, CorrelationId = "c-1", ParentInstanceId = id });
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.SnapshotAsync(id)).Variables["got"]!.ToJsonString().Should().Be(expected.Replace("CHILD", child.Id, StringComparison.Ordinal));
        (await engine.SnapshotAsync(child.Id)).Input["ParentInstanceId"]!.GetValue<string>().Should().Be(id);
    }

    [Fact]
    public async Task Child_NotWaitedFor_GoesOnAloneOnceItHasStarted()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "never"))));

        var id = await engine.RunAsync(Parent("Elsa.ExecuteWorkflow", waits: false));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        var child = await ChildOfAsync(engine, id);
        child.Status.Should().Be(InstanceStatus.Suspended);
        (await engine.SnapshotAsync(id)).Variables["got"]!["status"]!.GetValue<string>().Should().Be("Running");
        await engine.Runtime.CancelAsync(child.Id, CancellationToken.None);
        await engine.RunDueAsync();
        (await engine.Store.ReadOutboxAsync(10, CancellationToken.None)).Should().BeEmpty("nobody wants to know");
    }

    [Fact]
    public async Task Child_NotWaitedFor_OutlivesTheCancelOfItsParent()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Event("wait", "never")));
        await engine.ImportAsync(Def.Workflow("parent", Def.Sequence("root",
            Def.Activity("Elsa.DispatchWorkflow", "call", ("workflowDefinitionId", Def.Literal("child")), ("waitForCompletion", Def.Literal("false", "Boolean"))), Def.Event("wait", "never"))));
        var id = await engine.StartAsync("parent");
        await engine.RunToRestAsync();

        await engine.Runtime.CancelAsync(id, CancellationToken.None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        (await ChildOfAsync(engine, id)).Status.Should().Be(InstanceStatus.Suspended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Child_ThatCannotStart_IsAnIncidentOfTheParent_AndStartsWithTheRetry(bool waits)
    {
        await using var engine = new WorkflowHarness();

        var id = await engine.RunAsync(Parent("Elsa.DispatchWorkflow", waits));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { ActivityId = "call", Type = "ChildNotStarted" }, o => o.ExcludingMissingMembers());
        await engine.ImportAsync(Child);
        await engine.Runtime.RetryAsync(id);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await ChildOfAsync(engine, id)).Status.Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Child_ThatFaults_KeepsTheParentWaiting_UntilItIsRetried()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Child);
        engine.Effect.During = (_, _) => throw new IOException("down");

        var id = await engine.RunAsync(Parent("Elsa.DispatchWorkflow", waits: true));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        (await engine.JournalAsync(id, "Note")).Should().Contain(n => n.Contains("has faulted", StringComparison.Ordinal) && n.Contains("down", StringComparison.Ordinal));
        engine.Effect.During = null;
        await engine.Runtime.RetryAsync((await ChildOfAsync(engine, id)).Id);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Child_ThatIsCancelled_EndsTheWait()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "never"))));
        var id = await engine.RunAsync(Parent("Elsa.ExecuteWorkflow", waits: true));

        await engine.Runtime.CancelAsync((await ChildOfAsync(engine, id)).Id, CancellationToken.None);
        await engine.RunToRestAsync();

        (await engine.SnapshotAsync(id)).Variables["got"]!["subStatus"]!.GetValue<string>().Should().Be("Cancelled");
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Workflow_ThatStartsItself_EndsInAnIncidentAtTheDepthLimit()
    {
        var options = new WorkflowRuntimeOptions { Owner = "harness", Limits = new ExecutionLimits { MaxInstanceDepth = 5 } };
        await using var engine = new WorkflowHarness(options: options);

        await engine.RunAsync(Def.Workflow("child", Def.Sequence("root", Call("Elsa.DispatchWorkflow", waits: true, "again"))));

        var all = (await engine.Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), CancellationToken.None)).Items;
        all.Should().HaveCount(5);
        var deepest = all.Should().ContainSingle(i => i.Status == InstanceStatus.Faulted).Subject;
        (await engine.SnapshotAsync(deepest.Id)).Incidents.Should().ContainSingle(i => i.Type == "InstanceDepth" && i.Message.Contains("start itself", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_DeliveredTwice_StartsOneChildAndAnswersOnce()
    {
        var store = new KeepsOutboxOnce(new InMemoryWorkflowStore(TimeProvider.System));
        await using var engine = new WorkflowHarness(store);
        await engine.ImportAsync(Child);

        var id = await engine.RunAsync(Parent("Elsa.DispatchWorkflow", waits: false));

        store.Kept.Should().BeGreaterThan(0);
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        await ChildOfAsync(engine, id);
        engine.Ledger.Distinct.Should().ContainSingle();
    }

    [Fact]
    public async Task Crash_AtEveryCommitOfParentAndChild_DoesNotShow()
    {
        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)),
            Def.Workflow("parent", Def.Sequence("root", Def.Effect("before"), Call("Elsa.DispatchWorkflow", waits: true), Def.Effect("after"), Call("Elsa.ExecuteWorkflow", waits: false, "second")),
                ("got", "Object", null)),
            [], null, Child);

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Effects.Should().HaveCount(3).And.ContainKey("child/work/1 work=\"tea\"").WhoseValue.Should().Be("2 times");
    }

    private static string Parent(string type, bool waits, params (string Name, JsonNode? Value)[] more) =>
        Def.Workflow("parent", Def.Sequence("root", Call(type, waits, "call", more)), ("got", "Object", null));

    private static JsonObject Call(string type, bool waits, string id = "call", params (string Name, JsonNode? Value)[] more) => Def.Activity(type, id,
        [("workflowDefinitionId", Def.Literal("child")), ("input", Def.Input("Object", "{\"what\":\"tea\"}", "ObjectDictionary")), ("waitForCompletion", Def.Literal(waits ? "true" : "false", "Boolean")),
            ("result", id == "call" ? Def.Output("got") : null), .. more]);

    private static async Task<InstanceRecord> ChildOfAsync(WorkflowHarness engine, string parent) =>
        (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: parent), new PageRequest(), CancellationToken.None)).Items.Should().ContainSingle().Subject;

    /// <summary>As after a crash between delivering and deleting: each message is delivered twice.</summary>
    private sealed class KeepsOutboxOnce(IWorkflowStore inner) : StoreDecorator(inner)
    {
        private readonly HashSet<string> kept = [];

        public int Kept => kept.Count;

        public Func<Task>? Then { get; set; }

        public override async Task DeleteOutboxAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
        {
            await base.DeleteOutboxAsync([.. ids.Where(id => !kept.Add(id))], cancellationToken);
            await (Then?.Invoke() ?? Task.CompletedTask);
            Then = null;
        }
    }

    [Fact]
    public async Task Start_DeliveredAgainAfterItsDefinitionWasRetracted_IsNoIncident()
    {
        var store = new KeepsOutboxOnce(new InMemoryWorkflowStore(TimeProvider.System));
        await using var engine = new WorkflowHarness(store);
        store.Then = () => engine.Catalog.RetractAsync("child", CancellationToken.None);
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "go"))));

        var id = await engine.RunAsync(Parent("Elsa.DispatchWorkflow", waits: true));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended, "the child runs");
        await engine.EventAsync((await ChildOfAsync(engine, id)).Id, "go");
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }
}
