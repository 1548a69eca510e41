using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Execution.Journaling;

public sealed class JournalContentTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task History_OfAWorkflowWithWaitRetryAndLoop_TellsEachExecution()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root",
            Def.Effect("flaky", ("value", Def.Literal("v")), ("fail", Def.Literal("2"))),
            Def.Event("ask", "go", "answer"),
            Def.Activity("Elsa.ForEach", "loop", ("items", Def.Input("Object", "[\"a\",\"b\"]")), ("body", Def.Sequence("each", Def.Effect("apply", ("value", Def.Js("getCurrentValue()"))))))),
            ("answer", "Object", null)));
        var waiting = (await HistoryAsync(id)).Single(e => e.ActivityId == "ask");
        (waiting.Status, waiting.WaitsFor).Should().BeEquivalentTo((ActivityExecutionStatus.Suspended, new[] { "event go" }));

        await engine.EventAsync(id, "go", new JsonObject { ["n"] = 7 });
        await engine.RunToRestAsync();

        var history = await HistoryAsync(id);
        history.Should().OnlyContain(e => e.Status == ActivityExecutionStatus.Completed && !e.IsPartial);
        var flaky = history.Single(e => e.ActivityId == "flaky");
        (flaky.Attempts, flaky.ParentExecutionId, flaky.Inputs!["Value"]!.GetValue<string>(), flaky.Outputs!["Result"]!.GetValue<string>()).Should().Be((3, $"{id}/root/1", "v", "v"));
        flaky.Duration.Should().BeGreaterThan(TimeSpan.Zero, "it waited between its attempts");
        history.Single(e => e.ActivityId == "ask").Outputs!["Result"]!["n"]!.GetValue<int>().Should().Be(7);
        history.Where(e => e.ActivityId == "apply").Select(e => (e.ParentExecutionId, e.Inputs!["Value"]!.GetValue<string>()))
            .Should().Equal(($"{id}/each/1", "a"), ($"{id}/each/2", "b"));
        (await DataAsync(id, "WorkflowStarted")).Should().BeNull();
        (await DataAsync(id, "Resumed", "ask"))!["payload"]!["n"]!.GetValue<int>().Should().Be(7);
    }

    [Fact]
    public async Task History_OfAFaultThatIsRetriedAndOfACancellation_TellsHowTheyStand()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray(
            Def.Effect("bad", ("fail", Def.Literal("fatal"))), Def.Event("wait", "never"))))));
        var bad = (await HistoryAsync(id)).Single(e => e.ActivityId == "bad");
        (bad.Status, bad.ExceptionType, bad.ExceptionMessage).Should().Be((ActivityExecutionStatus.Faulted, "Fatal", "bad fails on purpose"));

        await engine.Runtime.CancelAsync(id, CancellationToken.None);
        await engine.RunToRestAsync();

        (await HistoryAsync(id)).Should().OnlyContain(e => e.Status == ActivityExecutionStatus.Cancelled);
    }

    [Fact]
    public async Task Values_ThatAreLong_AreCutAndSaySo()
    {
        var long1 = new string('x', 100_000);
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root",
            Def.Effect("text", ("value", Def.Js($"'y'.repeat(90000)"))),
            Def.Effect("list", ("value", Def.Js("Array.from({length: 5000}, (_, i) => i)"))))), new JsonObject { ["big"] = long1 });

        (await HistoryAsync(id)).Single(e => e.ActivityId == "text").Inputs!["Value"]!.GetValue<string>().Should().StartWith("yyyy").And.EndWith("y… (90000 characters in all)").And.HaveLength(4096 + 27);
        (await HistoryAsync(id)).Single(e => e.ActivityId == "list").Inputs!["Value"]!.AsArray()[^1]!.GetValue<string>().Should().MatchRegex(@"^… \(\d+ more\)$");
        (await LinesAsync(id)).Should().OnlyContain(l => l.Data == null || l.Data.Length < 20_000);
        (await DataAsync(id, "WorkflowStarted"))!["inputs"]!["big"]!.GetValue<string>().Length.Should().BeLessThan(5000);
    }

    [Theory]
    [InlineData("""{"logPersistenceMode":"Exclude"}""", false, false)]
    [InlineData("""{"logPersistenceMode":{"default":"Inherit","inputs":{"value":"Exclude"}}}""", false, true)]
    [InlineData("""{"logPersistenceMode":{"default":"Exclude","outputs":{"result":"Include"}}}""", false, true)]
    [InlineData("""{"logPersistenceConfig":{"default":{"evaluationMode":"Strategy","strategyType":"Elsa.Workflows.LogPersistence.Strategies.Exclude, Elsa.Workflows.Core"}}}""", false, false)]
    [InlineData("""{}""", true, true)]
    public async Task Level_OfAnActivity_DecidesWhatIsKept(string customProperties, bool inputs, bool outputs)
    {
        var effect = Def.Effect("a", ("value", Def.Literal("v")));
        effect["customProperties"] = JsonNode.Parse(customProperties);

        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", effect)));

        var a = (await HistoryAsync(id)).Single(e => e.ActivityId == "a");
        (a.Inputs?.ContainsKey("Value") == true, a.Outputs?.ContainsKey("Result") == true).Should().Be((inputs, outputs));
    }

    [Fact]
    public async Task Level_OfTheServer_IsTheDefault()
    {
        await using var quiet = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "q", Journal = new JournalOptions { Inputs = false, Outputs = false } });
        var id = await quiet.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a", ("value", Def.Literal("v"))))), new JsonObject { ["i"] = 1 });

        (await quiet.Store.ReadJournalAsync(id, new PageRequest(0, 1000), CancellationToken.None)).Items.Should().OnlyContain(l => l.Data == null);
    }

    [Fact]
    public async Task Journal_OfALongLife_KeepsTheFirstAndTheLastLinesAndSaysWhatIsGone()
    {
        await using var small = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "s", Limits = new ExecutionLimits { MaxJournalRecords = 200 } });
        var id = await small.RunAsync(Def.Workflow("w", Def.Activity("Elsa.For", "loop", ("start", Def.Literal("1", "Int32")), ("end", Def.Literal("300", "Int32")),
            ("body", Def.Effect("apply", ("value", Def.Js("getCurrentValue()")))))));

        var lines = (await small.Store.ReadJournalAsync(id, new PageRequest(0, 1000), CancellationToken.None)).Items;
        lines.Count.Should().BeInRange(100, 200);
        lines.Select(l => l.Sequence).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        lines[0].Event.Should().Be("WorkflowStarted");
        lines[^1].Event.Should().Be("WorkflowFinished");
        var marker = lines.Should().ContainSingle(l => l.Event == "JournalTrimmed").Subject;
        var at = lines.ToList().IndexOf(marker);
        marker.Message.Should().StartWith($"{marker.Sequence - lines[at - 1].Sequence} lines were dropped here");
        (lines[^1].Sequence - lines.Count + 1).Should().Be(marker.Sequence - lines[at - 1].Sequence, "nothing else is missing");
        lines[^1].Sequence.Should().BeGreaterThan(600);
    }

    private async Task<IReadOnlyList<JournalRecord>> LinesAsync(string id) => (await engine.Store.ReadJournalAsync(id, new PageRequest(0, 1000), CancellationToken.None)).Items;

    private async Task<IReadOnlyList<ActivityExecution>> HistoryAsync(string id) => ActivityExecutionHistory.Of(await LinesAsync(id));

    private async Task<JsonObject?> DataAsync(string id, string what, string? activity = null) =>
        (await LinesAsync(id)).Last(l => l.Event == what && (activity is null || l.ActivityId == activity)).Data is { } data ? (JsonObject?)JsonNode.Parse(data) : null;
}
