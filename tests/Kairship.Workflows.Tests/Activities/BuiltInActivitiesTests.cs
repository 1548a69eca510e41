using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Activities;

/// <summary>Each row: a root activity and the lines that it writes, in order. Line writers are called by their id or write the value of a script.</summary>
public sealed class BuiltInActivitiesTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    public static TheoryData<string, JsonObject, string> Rows => new()
    {
        { "sequence", Def.Sequence("root", L("a"), L("b"), L("c")), "a b c" },
        { "empty sequence", Def.Sequence("root"), "" },
        { "sequence ends early at End", Def.Sequence("root", L("a"), Def.Activity("Elsa.End", "end"), L("b")), "a" },
        { "parallel", Def.Activity("Elsa.Parallel", "root", ("activities", A(L("a"), L("b")))), "a b" },
        { "fork waits for all", Def.Sequence("root", Fork("WaitAll", Def.Sequence("s", L("a"), L("b")), L("c")), L("d")), "c a b d" },
        { "fork with the first", Def.Sequence("root", Fork("WaitAny", Def.Sequence("s", Def.Delay("later", "01:00:00"), L("b")), L("c")), L("d")), "c d" },
        { "if then", Def.Activity("Elsa.If", "root", ("condition", Def.Js("1 < 2", "Boolean")), ("then", L("yes")), ("else", L("no"))), "yes" },
        { "if else", Def.Activity("Elsa.If", "root", ("condition", Def.Js("1 > 2", "Boolean")), ("then", L("yes")), ("else", L("no"))), "no" },
        { "if without else", Def.Activity("Elsa.If", "root", ("condition", Def.Js("1 > 2", "Boolean")), ("then", L("yes"))), "" },
        { "decision", Def.Flowchart("root", [Def.Decision("d", "true"), L("t"), L("f")], "d.True -> t", "d.False -> f"), "t" },
        { "flow switch first", FlowSwitch("MatchFirst"), "two" },
        { "flow switch any", FlowSwitch("MatchAny"), "two three" },
        { "flow switch default", Def.Flowchart("root",
            [Def.Activity("Elsa.FlowSwitch", "s", ("cases", A(Case("one", "false")))), L("one"), L("other")], "s.one -> one", "s.Default -> other"), "other" },
        { "switch", Def.Activity("Elsa.Switch", "root", ("cases", A(Case("one", "false", L("one")), Case("two", "true", L("two")))), ("default", L("none"))), "two" },
        { "switch default", Def.Activity("Elsa.Switch", "root", ("cases", A(Case("one", "false", L("one")))), ("default", L("none"))), "none" },
        { "for each", Each("Elsa.ForEach", "[\"x\",\"y\"]", Def.WriteLine("l", "getCurrentValue() + getCurrentIndex()")), "x0 y1" },
        { "for each over nothing", Each("Elsa.ForEach", "[]", L("never")), "" },
        { "for each with output", Def.Sequence("root", With(Each("Elsa.ForEach", "[3,4]", L("i")), ("currentValue", Def.Output("x"))), Def.WriteLine("l", "`x${getX()}`")), "i i x4" },
        { "parallel for each", Each("Elsa.ParallelForEach", "[\"x\",\"y\"]", Def.Sequence("s", Def.WriteLine("l", "getCurrentValue()"), Def.WriteLine("m", "getCurrentValue() + '!'"))), "x y x! y!" },
        { "nested loops see their own item", Each("Elsa.ForEach", "[1,2]",
            With(Each("Elsa.ForEach", "[\"a\"]", Def.WriteLine("l", "`${getCurrentValue()}`")), ("id", "inner"))), "a a" },
        { "for up", For("1", "3", "1"), "1 2 3" },
        { "for down", For("3", "1", "-2"), "3 1" },
        { "for exclusive", With(For("1", "3", "1"), ("outerBoundInclusive", Def.Literal("false", "Boolean"))), "1 2" },
        { "while", Def.Activity("Elsa.While", "root", ("condition", Def.Js("getX() < 3", "Boolean")),
            ("body", Def.Sequence("s", Def.SetVariable("set", "x", "getX() + 1"), Def.WriteLine("l", "`${getX()}`")))), "1 2 3" },
        { "break out of a while", Def.Sequence("root", Def.Activity("Elsa.While", "w", ("condition", Def.Js("true", "Boolean")),
            ("body", Def.Sequence("s", L("in"), Def.Activity("Elsa.Break", "b"), L("never")))), L("out")), "in out" },
        { "break ends the inner loop only", Each("Elsa.ForEach", "[1,2]", Def.Sequence("s",
            With(Each("Elsa.ForEach", "[7,8]", Def.Sequence("t", L("in"), Def.Activity("Elsa.Break", "b"))), ("id", "inner")), L("out"))), "in out in out" },
        { "switch any runs all that match", With(Def.Activity("Elsa.Switch", "root", ("cases", A(Case("one", "true", L("one")), Case("two", "false", L("two")), Case("three", "true", L("three")))), ("default", L("none"))), ("mode", Def.Literal("MatchAny"))), "one three" },
        { "switch first runs one", Def.Activity("Elsa.Switch", "root", ("cases", A(Case("one", "true", L("one")), Case("two", "true", L("two"))))), "one" },
        { "for with nothing to do", For("3", "1", "1"), "" },
        { "for from its own end", For("2", "2", "1"), "2" },
        { "for exclusive down", With(For("3", "1", "-1"), ("outerBoundInclusive", Def.Literal("false", "Boolean"))), "3 2" },
        { "for without start and step", Def.Activity("Elsa.For", "root", ("end", Def.Literal("2", "Int32")), ("body", Def.WriteLine("l", "`${getCurrentValue()}`"))), "0 1 2" },
        { "break out of a for", Def.Sequence("root", With(For("1", "9", "1"), ("id", "f"), ("body", Def.Sequence("s", L("in"), Def.Activity("Elsa.Break", "b")))), L("out")), "in out" },
        { "break out of a for each", Def.Sequence("root", With(Each("Elsa.ForEach", "[1,2]", Def.Sequence("s", L("in"), Def.Activity("Elsa.Break", "b"))), ("id", "f")), L("out")), "in out" },
        { "break out of a parallel for each", Def.Sequence("root", With(Each("Elsa.ParallelForEach", "[1,2,3]", Def.Sequence("s", Def.Activity("Elsa.If", "i", ("condition", Def.Js("getCurrentValue() === 2", "Boolean")),
            ("then", Def.Activity("Elsa.Break", "b"))), Def.Delay("d", "10:00:00"), L("never"))), ("id", "f")), L("out")), "out" },
        { "finish ends everything", Def.Sequence("root", Def.Activity("Elsa.Parallel", "p", ("activities", A(Def.Delay("d", "1.00:00:00"), Def.Activity("Elsa.Finish", "f")))), L("never")), "" },
        { "script sets variables and outcomes", Def.Flowchart("root",
            [Def.Activity("Elsa.RunJavaScript", "js", ("script", Def.Literal("setX(5); setOutcome('Big'); getX() * 2;")), ("result", Def.Output("y")),
                ("possibleOutcomes", Def.Input("Object", "[\"Big\",\"Small\"]", "List<String>"))), Def.WriteLine("l", "`${getX()} ${getY()} ${getLastResult()}`"), L("small")],
            "js.Big -> l", "js.Small -> small"), "5 10 10" },
        { "start and end", Def.Flowchart("root", [Def.Activity("Elsa.Start", "s"), L("a"), Def.Activity("Elsa.End", "e"), Def.Delay("d", "10:00:00")], "s -> a", "s -> d", "a -> e"), "a" },
        { "output of another activity", Def.Sequence("root", Def.Effect("e", ("value", Def.Literal("v"))), Def.WriteLine("l", "getOutputFrom('e', 'Result')")), "v" },
        { "a literal has the variable's type", Def.Sequence("root", Def.Activity("Elsa.SetVariable", "set", ("variable", "x"), ("value", Def.Literal("41"))), Def.WriteLine("l", "`${getX() + 1}`")), "42" },
        { "container variable shadows", Def.Sequence("root", With(Def.Sequence("s", Def.SetVariable("set", "x", "9"), Def.WriteLine("l", "`${getX()}`")),
            ("variables", A(Def.Variable("x", "Int32", "1")))), Def.WriteLine("m", "`${getX()}`")), "9 0" },
        { "delay of nothing", Def.Sequence("root", Def.Delay("d", "00:00:00"), L("a")), "a" },
    };

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Activity_Runs_AsElsaDoes(string name, JsonObject root, string lines)
    {
        var id = await engine.RunAsync(Def.Workflow("w", (JsonObject)root.DeepClone(), ("x", "Int32", "0"), ("y", "Int32", "0")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished, "of {0}", name);
        var written = (await engine.JournalAsync(id, "Note")).Select(l => l[(l.IndexOf(' ') + 1)..]);
        string.Join(' ', written).Should().Be(lines);
    }

    [Fact]
    public async Task Fault_LeavesAnIncident()
    {
        var fault = Def.Activity("Elsa.Fault", "f", ("category", Def.Literal("Payment")), ("code", Def.Literal("Late")), ("message", Def.Literal("too late")));
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", fault)));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        var found = (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Subject;
        found.ActivityId.Should().Be("f");
        found.Type.Should().Be("Payment/Late");
        found.Message.Should().Contain("too late");
    }

    [Fact]
    public async Task SetVariable_ValueOfAnotherType_FaultsAndSaysWhatIsExpected()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Activity("Elsa.SetVariable", "set", ("variable", "x"), ("value", Def.Literal("many")))), ("x", "Int32", "7")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        var snapshot = await engine.SnapshotAsync(id);
        snapshot.Incidents.Should().ContainSingle().Which.Message.Should().Contain("variable 'x'").And.Contain("a whole number");
        snapshot.Variables["x"]!.ToJsonString().Should().Be("7");
    }

    [Fact]
    public async Task Complete_WithOutcomes_FinishesTheWorkflowWithThem()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Activity("Elsa.Complete", "c", ("outcomes", Def.Js("['Green', 'Blue']"))), L("never"))));

        (await engine.SnapshotAsync(id)).Outcomes.Should().Equal("Green", "Blue");
        (await engine.JournalAsync(id, "Note")).Should().BeEmpty();
    }

    [Fact]
    public async Task SetNameAndCorrelate_ChangeTheInstance()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root",
            Def.Activity("Elsa.SetName", "n", ("value", Def.Literal("storefront v2"))), Def.Activity("Elsa.Correlate", "c", ("correlationId", Def.Literal("r-7"))))));

        (await engine.InstanceAsync(id)).Should().Match<InstanceRecord>(i => i.Name == "storefront v2" && i.CorrelationId == "r-7");
    }

    [Fact]
    public async Task PublishEvent_WakesInstancesWithTheCorrelationIdOnly()
    {
        await engine.ImportAsync(Def.Workflow("waiter", Def.Sequence("root", Def.Activity("Elsa.Correlate", "c", ("correlationId", Def.Js("getInput('c')", "String"))), Def.Event("e", "go", "x")), ("x", "Object", null)));
        var one = await engine.StartAsync("waiter", new JsonObject { ["c"] = "one" });
        var two = await engine.StartAsync("waiter", new JsonObject { ["c"] = "two" });
        await engine.RunToRestAsync();
        await engine.RunAsync(Def.Workflow("sender", Def.Sequence("root",
            Def.Activity("Elsa.PublishEvent", "p", ("eventName", Def.Literal("go")), ("correlationId", Def.Literal("two")), ("payload", Def.Js("({ n: 3 })"))))));

        (await engine.StatusAsync(one)).Should().Be(InstanceStatus.Suspended);
        (await engine.StatusAsync(two)).Should().Be(InstanceStatus.Finished);
        (await engine.SnapshotAsync(two)).Variables["x"]!["n"]!.GetValue<int>().Should().Be(3);
    }

    [Fact]
    public async Task PublishEvent_Local_WakesItsOwnInstance()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Activity("Elsa.Parallel", "root", ("activities", A(Def.Event("e", "go"),
            Def.Activity("Elsa.PublishEvent", "p", ("eventName", Def.Literal("go")), ("isLocalEvent", Def.Literal("true", "Boolean"))))))));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    private static JsonObject L(string id) => Def.WriteLine(id);

    private static JsonArray A(params JsonObject[] items) => new([.. items]);

    private static JsonObject With(JsonObject activity, params (string Name, JsonNode? Value)[] properties)
    {
        foreach (var (name, value) in properties)
        {
            activity[name] = value;
        }

        return activity;
    }

    private static JsonObject Fork(string mode, params JsonObject[] branches) => Def.Activity("Elsa.Fork", "fork", ("joinMode", mode), ("branches", A(branches)));

    private static JsonObject Each(string type, string items, JsonObject body) => Def.Activity(type, "root" + type[5..], ("items", Def.Input("Object", items)), ("body", body));

    private static JsonObject For(string start, string end, string step) => Def.Activity("Elsa.For", "root",
        ("start", Def.Literal(start, "Int32")), ("end", Def.Literal(end, "Int32")), ("step", Def.Literal(step, "Int32")), ("body", Def.WriteLine("l", "`${getCurrentValue()}`")));

    private static JsonObject Case(string label, string script, JsonObject? activity = null) => new()
    {
        ["label"] = label,
        ["condition"] = new JsonObject { ["type"] = "JavaScript", ["value"] = script },
        ["activity"] = activity,
    };

    private static JsonObject FlowSwitch(string mode) => Def.Flowchart("root",
        [Def.Activity("Elsa.FlowSwitch", "s", ("cases", A(Case("one", "false"), Case("two", "true"), Case("three", "true"))), ("mode", Def.Literal(mode))), L("one"), L("two"), L("three")],
        "s.one -> one", "s.two -> two", "s.three -> three");
}
