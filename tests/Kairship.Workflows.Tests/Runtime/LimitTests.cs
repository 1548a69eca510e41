using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>Tests that read the memory of the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "whole process";
}

/// <summary>Every limit driven over: an incident, or a refusal, that names the limit; never an exhausted process.</summary>
[Collection(WholeProcess.Name)]
public sealed class LimitTests
{
    private static readonly ExecutionLimits Small = new()
    {
        MaxStateBytes = 64 * 1024, MaxFanOut = 50, MaxExecutions = 80, MaxBookmarks = 40, MaxOutboxMessages = 30, MaxOutboxBytes = 64 * 1024, MaxMessageBytes = 4096, MaxInboxMessages = 5,
        MaxInboxBytes = 2048, MaxSignalHops = 20, MaxNameLength = 100, MaxValueDepth = 10,
    };

    public static TheoryData<string, string, JsonObject> Hostile { get; } = new()
    {
        { "EndlessLoop", "MaxControlSteps", While("w", Def.WriteLine("x")) },
        { "EndlessLoop", "MaxControlSteps", Def.Activity("Elsa.For", "root", ("end", Def.Literal("1000000000", "Int32")), ("body", Def.WriteLine("x"))) },
        { "EndlessLoop", "MaxControlSteps", Def.Flowchart("root", [Def.WriteLine("a"), Def.WriteLine("b")], "a -> b", "b -> a") },
        { "EndlessLoop", "MaxControlSteps", Def.Flowchart("root", [Def.WriteLine("a")], "a -> a") },
        { "FanOutTooLarge", "MaxFanOut", ForEachOf(60, Def.Event("wait", "e")) },
        { "TooManyExecutions", "MaxExecutions", ForEachOf(45, Def.Sequence("s", Def.Event("wait", "e"))) },
        { "TooManyBookmarks", "MaxBookmarks", ForEachOf(45, Def.Event("wait", "e")) },
        { "TooManyMessages", "MaxOutboxMessages", While("w", Publish("p", Def.Literal("x"))) },
        { "TooManyMessages", "MaxOutboxBytes", While("w", Publish("p", Def.Js("'x'.repeat(4000)"))) },
        { "MessageTooLarge", "MaxMessageBytes", Publish("root", Def.Js("'x'.repeat(5000)")) },
        { "StateTooLarge", "MaxStateBytes", While("w", Def.SetVariable("grow", "v", "getV() + 'x'.repeat(1000)")) },
        { "StateTooLarge", "MaxStateBytes", ForEachOf(40, Def.Sequence("s", Def.SetVariable("keep", "CurrentValue", "'x'.repeat(9000)"), Def.Event("wait", "e"))) },
        { "StateTooLarge", "MaxStateBytes", Def.Effect("root", ("value", Def.Js("'x'.repeat(90000)"))) },
        { "ValueTooDeep", "MaxValueDepth", Def.SetVariable("root", "o", "let o = {}; for (let i = 0; i < 30; i++) o = {o}; return o") },
        { "NameTooLong", "MaxNameLength", Def.Activity("Elsa.SetName", "root", ("value", Def.Js("'n'.repeat(101)"))) },
        { "NameTooLong", "MaxNameLength", Def.Activity("Elsa.Correlate", "root", ("correlationId", Def.Js("'c'.repeat(101)"))) },
        { "NameTooLong", "MaxNameLength", Def.Activity("Elsa.Event", "root", ("eventName", Def.Js("'e'.repeat(101)"))) },
        { "Expression", "ran longer|more than", Def.SetVariable("root", "v", "while (true) {}") },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Limit_DrivenOver_IsAnIncidentThatNamesIt(string type, string names, JsonObject root)
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var id = await engine.RunAsync(Def.Workflow("w", (JsonObject)root.DeepClone(), ("v", "String", ""), ("o", "Object", null)));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        var incidents = (await engine.SnapshotAsync(id)).Incidents;
        incidents.Select(i => i.Type).Distinct().Should().Equal(type);
        incidents[0].Message.Should().MatchRegex(names);
        (await engine.InstanceAsync(id)).State.Length.Should().BeLessThan(Small.MaxStateBytes);
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(64 * 1024 * 1024);
    }

    [Fact]
    public async Task Values_InManyScopes_NeverHoldMoreMemoryThanTwiceTheState()
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x" });
        var keep = Def.SetVariable("keep", "CurrentValue", "");
        keep["value"] = Def.Literal(new string('x', 900_000)); // A script would need time, and running out of that is another incident.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var id = await engine.RunAsync(Def.Workflow("w", ForEachOf(1000, Def.Sequence("s", keep, Def.Event("wait", "e")))));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(64L * 1024 * 1024);
        (await engine.SnapshotAsync(id)).Incidents.Should().NotBeEmpty().And.OnlyContain(i => i.Type == "StateTooLarge");
    }

    [Fact]
    public async Task Branches_OneThousand_AreWithinTheDefaults()
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Def.Workflow("w", ForEachOf(1000, Def.Sequence("s", Def.Event("wait", "e")))));
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);

        await engine.EventAsync(id, "e");
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Children_OfAStepThatFaults_AreNotStarted()
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small with { MaxOutboxBytes = 4096 } });
        await engine.ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.Event("wait", "never"))));
        var bulk = Def.Activity("Elsa.BulkDispatchWorkflows", "root",
            ("workflowDefinitionId", Def.Literal("child")), ("items", Def.Js("Array.from({length: 20}, (_, i) => 'x'.repeat(100) + i)")));

        var id = await engine.RunAsync(Def.Workflow("w", bulk));
        await engine.RunToRestAsync();

        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Message.Should().Contain("MaxOutboxBytes");
        (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id), new PageRequest(), CancellationToken.None)).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task Signals_OfAnInstanceToItself_EndInAnIncident()
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
        var publish = Publish("p", Def.Literal("x"));
        publish["isLocalEvent"] = Def.Literal("true", "Boolean");
        var id = await engine.RunAsync(Def.Workflow("w", While("root", Def.Sequence("s", publish, Def.Event("wait", "ping")))));

        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Message.Should().Contain("MaxSignalHops");
    }

    [Fact]
    public async Task Signals_BetweenTwoInstancesForEver_EndInAnIncident_AndATimeInBetweenIsAllowed()
    {
        foreach (var pause in (bool[])[false, true])
        {
            await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
            await engine.ImportAsync(Def.Workflow("ping", Player("ping", "pong", pause)));
            await engine.ImportAsync(Def.Workflow("pong", Player("pong", "ping", pause)));
            var ping = await engine.StartAsync("ping");
            var pong = await engine.StartAsync("pong");
            await engine.RunDueAsync();
            await engine.EventAsync(ping, "ping");
            for (var i = 0; i < 60; i++)
            {
                await engine.RunDueAsync();
                engine.Time.Advance(TimeSpan.FromSeconds(2));
            }

            var faults = (await engine.SnapshotAsync(ping)).Incidents.Concat((await engine.SnapshotAsync(pong)).Incidents).ToList();
            faults.Should().HaveCount(pause ? 0 : 1);
            faults.All(i => i.Type == "SignalLoop").Should().BeTrue();
        }
    }

    [Fact]
    public async Task Trigger_ThatPublishesWhatStartsIt_StopsStarting()
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
        var start = Def.Event("start", "bomb");
        start["customProperties"] = new JsonObject { ["canStartWorkflow"] = true };
        var publish = Publish("again", Def.Literal("x"));
        publish["eventName"] = Def.Literal("bomb");
        await engine.ImportAsync(Def.Workflow("bomb", Def.Flowchart("root", [start, publish], "start -> again")));

        await engine.Runtime.PublishAsync(new Stimulus(EventStimulus.Key("bomb"), null), null, "first", CancellationToken.None);
        await engine.RunToRestAsync();

        var all = await engine.Store.ListInstancesAsync(new InstanceFilter("bomb"), new PageRequest(0, 1000), CancellationToken.None);
        all.Total.Should().BeInRange(2, Small.MaxSignalHops + 2);
        all.Items.Count(i => i.Status == InstanceStatus.Faulted).Should().Be(1);
    }

    [Fact]
    public async Task Signals_ThatNobodyWaitsFor_AreRefusedWhenTheInboxIsFull()
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("wait", "go"), Def.Event("other", "early"))));
        for (var i = 0; i < Small.MaxInboxMessages; i++)
        {
            (await engine.EventAsync(id, "early")).Should().Be(PostOutcome.Posted);
        }

        (await engine.EventAsync(id, "early")).Should().Be(PostOutcome.Full);
        (await engine.EventAsync(id, "big", new string('x', 5000))).Should().Be(PostOutcome.TooLarge);
        (await engine.EventAsync(id, new string('e', 200))).Should().Be(PostOutcome.TooLarge);
        (await engine.Runtime.PauseAsync(id, CancellationToken.None)).Should().Be(PostOutcome.Posted, "an operator always gets through");
        (await engine.EventAsync(id, "early", null, new string('k', 5000))).Should().Be(PostOutcome.Full);
    }

    [Fact]
    public async Task Keys_ThatAreLong_AreStillTheSameKey()
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
        var id = await engine.RunAsync(Def.Workflow("w", Def.Event("wait", "go")));
        var key = new string('k', 5000);

        (await engine.EventAsync(id, "early", null, key + "1")).Should().Be(PostOutcome.Posted);
        (await engine.EventAsync(id, "early", null, key + "1")).Should().Be(PostOutcome.Duplicate);
        (await engine.EventAsync(id, "early", null, key + "2")).Should().Be(PostOutcome.Posted);
        (await engine.StartAsync("w", dedupeKey: key)).Should().Be(await engine.StartAsync("w", dedupeKey: key));
    }

    [Theory]
    [InlineData(200, 0, 0, 0, "MaxNameLength")]
    [InlineData(0, 200, 0, 0, "MaxNameLength")]
    [InlineData(0, 0, 200_000, 0, "MaxStateBytes")]
    [InlineData(0, 0, 0, 30, "MaxValueDepth")]
    public async Task Start_WithTooMuch_IsRefusedAndSaysWhy(int name, int correlation, int input, int depth, string names)
    {
        await using var engine = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = Small });
        await engine.ImportAsync(Def.Workflow("w", Def.WriteLine("a")));
        JsonNode nested = new string('x', input);
        for (var i = 0; i < depth; i++)
        {
            nested = new JsonArray(nested);
        }

        var result = await engine.Runtime.StartAsync(
            new StartRequest { DefinitionId = "w", Name = new string('n', name), CorrelationId = new string('c', correlation), Input = new JsonObject { ["i"] = nested } }, CancellationToken.None);

        (result.Outcome, result.InstanceId).Should().Be((StartOutcome.InputInvalid, null));
        result.Problem.Should().Contain(names);
        (await engine.Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), CancellationToken.None)).Total.Should().Be(0);
    }

    [Fact]
    public async Task Texts_ThatAreNoUnicode_NeitherFaultTheEngineNorTheInstance()
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.SetVariable("set", "v", "'a\\uD800b\\u0000'"), Def.Effect("e", ("value", Def.Js("getV()"))), Def.Event("wait", "go")), ("v", "String", "")));

        (await engine.StatusAsync(id)).Should().BeOneOf(InstanceStatus.Suspended, InstanceStatus.Faulted);
    }

    private static JsonObject While(string id, JsonObject body) => Def.Activity("Elsa.While", id, ("condition", Def.Js("true", "Boolean")), ("body", body));

    private static JsonObject ForEachOf(int count, JsonObject body) => Def.Activity("Elsa.ParallelForEach", "root",
        ("items", Def.Js($"Array.from({{length: {count}}}, (_, i) => i)")), ("body", body));

    private static JsonObject Publish(string id, JsonObject payload) => Def.Activity("Elsa.PublishEvent", id, ("eventName", Def.Literal("ping")), ("payload", payload));

    private static JsonObject Player(string hears, string says, bool pause)
    {
        var publish = Publish("say", Def.Literal("x"));
        publish["eventName"] = Def.Literal(says);
        JsonObject[] round = [Def.Event("hear", hears), .. pause ? [Def.Delay("rest", "00:00:01")] : Array.Empty<JsonObject>(), publish];
        return While("root", Def.Sequence("round", round));
    }
}
