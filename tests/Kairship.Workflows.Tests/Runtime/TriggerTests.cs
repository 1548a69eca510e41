using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Kairship.Workflows.Tests.Definitions;
using Xunit;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>A published stimulus starts what it is a trigger of.</summary>
public sealed class TriggerTests
{
    private static readonly Stimulus Go = new(EventStimulus.Key("go"), JsonValue.Create("payload"));

    [Fact]
    public async Task Publish_MatchingATrigger_StartsAtItWithPayloadAndCorrelation()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(TwoDoors("two"));

        var result = await PublishAsync(engine, Go, "order-7", "k");

        await engine.RunToRestAsync();
        var id = result.Started.Should().ContainSingle().Subject;
        var instance = await engine.InstanceAsync(id);
        instance.Status.Should().Be(InstanceStatus.Finished);
        instance.CorrelationId.Should().Be("order-7");
        (await engine.SnapshotAsync(id)).Variables["got"]!.GetValue<string>().Should().Be("payload");
        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/after/1");
        (await engine.JournalAsync(id, "Completed")).Should().NotContain("other").And.Contain("door");
    }

    [Fact]
    public async Task Publish_TheSameKeyAgain_StartsNoneAndResumesNoneOfThem()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("loop", Def.Sequence("root", Triggers.Of(Def.Event("first", "go")), Def.Event("second", "go"), Def.Effect("after"))));
        var first = await PublishAsync(engine, Go, null, "k");
        await engine.RunToRestAsync();

        var again = await PublishAsync(engine, Go, null, "k");
        await engine.RunToRestAsync();

        again.Count.Should().Be(0);
        (await engine.StatusAsync(first.Started[0])).Should().Be(InstanceStatus.Suspended, "the second wait is for another event");
        (await PublishAsync(engine, Go, null, "k2")).Should().BeEquivalentTo(new { Resumed = first.Started }, "another event resumes it").And.BeOfType<PublishResult>()
            .Which.Started.Should().ContainSingle("and starts another");
    }

    [Fact]
    public async Task Publish_WhenOneStartFails_StartsTheOthers()
    {
        var store = new InMemoryWorkflowStore(TimeProvider.System);
        await using (var engine = new WorkflowHarness(store))
        {
            foreach (var name in (string[])["a", "b", "c"])
            {
                await engine.ImportAsync(Def.Workflow(name, Def.Sequence("root", Triggers.Of(Def.Event("door", "go")), Def.Effect("after"))));
            }
        }

        await using var broken = new WorkflowHarness(new StartFails(store, "b"));

        await FluentActions.Awaiting(() => PublishAsync(broken, Go, null, "k")).Should().ThrowAsync<AggregateException>();

        await using var repaired = new WorkflowHarness(store);
        (await PublishAsync(repaired, Go, null, "k")).Started.Should().ContainSingle();
        (await store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), CancellationToken.None)).Items.Select(i => i.DefinitionId).Should().BeEquivalentTo("a", "b", "c");
    }

    [Fact]
    public async Task PublishEvent_FromAWorkflow_StartsAnotherOnce()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(TwoDoors("two"));

        await engine.RunAsync(Def.Workflow("sender", Def.Sequence("root",
            Def.Activity("Elsa.PublishEvent", "send", ("eventName", Def.Literal("go")), ("correlationId", Def.Literal("c1")), ("payload", Def.Js("({a: 1})"))))));

        var started = (await engine.Store.ListInstancesAsync(new InstanceFilter("two"), new PageRequest(), CancellationToken.None)).Items.Should().ContainSingle().Subject;
        started.CorrelationId.Should().Be("c1");
        (await engine.SnapshotAsync(started.Id)).Variables["got"]!.ToJsonString().Should().Be("{\"a\":1}");
    }

    [Fact]
    public async Task Trigger_OfAnOlderVersion_NoLongerStarts()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(TwoDoors("two"));
        await engine.ImportAsync(Def.Workflow("two", Def.Sequence("root", Triggers.Of(Def.Event("door", "renamed")), Def.Effect("after"))));

        (await PublishAsync(engine, Go, null, "k")).Count.Should().Be(0);
        (await PublishAsync(engine, new Stimulus(EventStimulus.Key("renamed"), null), null, "k")).Started.Should().ContainSingle();
    }

    private static Task<PublishResult> PublishAsync(WorkflowHarness engine, Stimulus stimulus, string? correlationId, string key) =>
        engine.Runtime.PublishAsync(stimulus, correlationId, key, CancellationToken.None);

    private static string TwoDoors(string id) => Def.Workflow(id, Def.Flowchart("root",
        [Triggers.Of(Def.Event("other", "stop")), Triggers.Of(Def.Event("door", "go", "got")), Def.Effect("after")], "other -> after", "door -> after"), ("got", "Object", null));

    private sealed class StartFails(IWorkflowStore inner, string definitionId) : StoreDecorator(inner)
    {
        public override Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken) =>
            instance.DefinitionId == definitionId ? throw new IOException("no room") : base.CreateInstanceAsync(instance, cancellationToken);
    }

    [Fact]
    public async Task Schedule_ThatWasReadBeforeItsVersionWasRetracted_StartsNothing()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Def.Workflow("s", Def.Sequence("root", Triggers.Of(Def.Activity("Elsa.Timer", "t", ("interval", Def.Literal("00:01:00", "TimeSpan")))))));
        var trigger = (await engine.Store.ListTriggersAsync(Kairship.Workflows.Activities.Schedules.Schedule.StimulusName, CancellationToken.None)).Single();
        await engine.Catalog.RetractAsync("s", CancellationToken.None);
        engine.Time.Advance(TimeSpan.FromMinutes(5));

        (await engine.Runtime.FireDueAsync(trigger, CancellationToken.None)).Should().BeNull();
        (await engine.Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), CancellationToken.None)).Total.Should().Be(0);
    }

    [Fact]
    public async Task Publish_ToAnInstanceWhoseInboxIsFull_SaysSo()
    {
        var options = new WorkflowRuntimeOptions { Owner = "harness", Limits = new Kairship.Workflows.Execution.ExecutionLimits { MaxInboxMessages = 2 } };
        await using var engine = new WorkflowHarness(options: options);
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go"))));
        await engine.EventAsync(id, "x");
        await engine.EventAsync(id, "y");

        (await PublishAsync(engine, Go, null, "k")).NotTaken.Should().Equal(id);
    }
}
