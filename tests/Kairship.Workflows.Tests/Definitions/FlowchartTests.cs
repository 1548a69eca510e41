using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Definitions;
using static Kairship.Workflows.Tests.Definitions.DefinitionText;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class FlowchartTests
{
    public static TheoryData<string, JsonObject, string?, string, bool, string> Problems => new()
    {
        { "dangling target", Flow("a -> b", Activity("Test.Work", "a")), "flow", "dangling-connection", true, "*'b'*" },
        { "into other flowchart", Activity("Elsa.Sequence", "flow", Properties("activities", new JsonArray(
            Flow("x -> y", Activity("Test.Work", "x")).With("id", "inner"), Activity("Test.Work", "y")))), "inner", "dangling-connection", true, "*no activity 'y'*" },
        { "shape", Activity("Elsa.Flowchart", "flow", Properties("connections", new JsonArray(1))), "flow", "wrong-shape", true, "*source*target*" },
        { "port", Works("a.Succeded -> b", Activity("Kairship.DeployRelease", "a")), "a", "unknown-port", true, "*Succeeded, Failed*Did you mean 'Succeeded'?*" },
        { "port of fork", Works("a.C -> b, a.A -> c", Fork("a", "A", "B")), "a", "unknown-port", true, "*'C'*A, B*" },
        { "twice", Works("a -> b, a -> b"), "a", "duplicate-connection", true, "*'b'*" },
        { "no start", Works("a -> b, b -> a"), "flow", "no-start", true, "*'start'*" },
        { "two starts", Works("a -> c, b -> c"), "flow", "ambiguous-start", true, "*'a', 'b'*" },
        { "wrong start", Works("a -> b").With("start", "zz"), "flow", "no-start", true, "*'zz'*" },
        { "unreachable", Works("a -> b", Activity("Test.Work", "lost")), "lost", "unreachable", false, "*never runs*" },
        { "unreachable behind start", Works("a -> b, b -> c").With("start", "b"), "a", "unreachable", false, "*start 'b'*" },
        { "wait-all join of exclusive branches", Works("d.True -> a, d.False -> b, a -> j, b -> j", Decision("d"), Join("j", "WaitAll")),
            "j", "join-never-completes", true, "*'a' (Done) and 'b' (Done)*WaitAllActive*" },
        { "wait-all join of outcomes", Works("w.Succeeded -> j, w.Failed -> j", Activity("Kairship.DeployRelease", "w"), Join("j", "WaitAll")), "j", "join-never-completes", true, "*" },
        { "wait-all join of unreached", Works("s -> a, a -> j, lost -> j, s -> j", Activity("Elsa.Start", "s"), Join("j", "WaitAll")), "j", "join-never-completes", true, "*'lost' is never reached*" },
        { "mixed merge", Works("a -> b, a -> d, b -> m, d.True -> m, d.False -> m", Decision("d")), "m", "ambiguous-merge", true, "*exclude each other*FlowJoin*" },
        { "two start types", Works("s -> a, t -> b, a -> m, b -> m", Activity("Elsa.Start", "s"), Activity("Elsa.Start", "t")), "flow", "ambiguous-start", true, "*'s' and 't'*" },
        { "wait-all join of a choice", Works("f.A -> a, f.B -> d, d.True -> j, a -> j, d.False -> e", Fork("f", "A", "B"), Decision("d"), Join("j", "WaitAll")),
            "j", "join-may-not-complete", false, "*'d' (True) may not come*" },
        { "wait-all join of a choice whose other way goes round elsewhere", Works("f.A -> d, f.B -> b, d.True -> j, b -> j, d.False -> w, w -> v, v -> w", Fork("f", "A", "B"), Decision("d"), Join("j", "WaitAll")),
            "j", "join-may-not-complete", false, "*'d' (True) may not come*" },
        { "wait-all join entered again", Works("f.A -> h, f.B -> b, h -> j, b -> j, j -> d, d.True -> h, d.False -> e", Fork("f", "A", "B"), Decision("d"), Join("j", "WaitAll")),
            "j", "join-may-not-complete", false, "*'b'*" },
        { "wait-all join entered again by a loop within a loop", Works("s -> f, f.A -> a, f.A -> j, a -> j, j -> a, j -> d, d.True -> f, d.False -> e", Fork("f", "A"), Decision("d"), Join("j", "WaitAll")),
            "j", "join-may-not-complete", false, "*'f'*" },
        { "wait-all join entered again twice in one round", Works("s -> f, f.A -> a, f.B -> b, a -> j, b -> j, j -> d, d.True -> g, d.False -> e, g.A -> x, g.B -> y, x -> f, y -> f",
            Fork("f", "A", "B"), Fork("g", "A", "B"), Decision("d"), Join("j", "WaitAll")), "j", "join-may-not-complete", false, "*'a'*" },
        { "wait-all join behind which an inner loop feeds the outer one", Works("s -> f, f.A -> a, f.B -> b, a -> j, b -> j, j -> h, h -> g, g.A -> d, d.True -> h, d.False -> e, g.B -> f",
            Fork("f", "A", "B"), Fork("g", "A", "B"), Decision("d"), Join("j", "WaitAll")), "j", "join-may-not-complete", false, "*'a'*" },
        { "wait-all join entered again and run again in one round", Works("s -> f, f.A -> a, f.B -> b, a -> j, b -> j, j -> g, g.A -> d, d.True -> j, d.False -> e, g.B -> f",
            Fork("f", "A", "B"), Fork("g", "A", "B"), Decision("d"), Join("j", "WaitAll")), "j", "join-may-not-complete", false, "*'a'*" },
        { "wait-all join of what a race cancels", Works("f.A -> a, f.B -> b, f.C -> c, a -> j, b -> j, b -> r, c -> r", Fork("f", "A", "B", "C"), Join("j", "WaitAll"), Join("r", "WaitAny")),
            "j", "join-may-not-complete", false, "*'b'*" },
        { "unknown merge mode", Works("s -> a, s -> b, a -> m, b -> m", Merging("m", "Sometimes")), "m", "merge-mode", true, "*\"Sometimes\"*None, Stream, Merge, Converge, Race*" },
        { "cascade", Works("s -> a, s -> b, a -> m, b -> m", Merging("m", "Cascade")), "m", "merge-mode", true, "*Cascade*not supported*" },
        { "merge of exclusive branches", Works("d.True -> a, d.False -> b, a -> m, b -> m", Decision("d"), Merging("m", "Merge")), "m", "join-never-completes", true, "*WaitAllActive*" },
        { "converging its own loop", Works("s -> m, m -> d, d.True -> m, d.False -> e", Decision("d"), Merging("m", "Converge")), "m", "merge-mode", true, "*wait for itself*Merge*" },
        { "busy loop", Works("s -> d, d.True -> w, w -> d, d.False -> e", Decision("d"), Activity("Elsa.WriteLine", "w")), "w", "busy-loop", false, "*'d'*" },
        { "busy self loop", Works("s -> d, d.True -> d, d.False -> e", Decision("d")), "d", "busy-loop", false, "*" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Flowchart_WithProblem_IsTold(string _, JsonObject flow, string? activityId, string code, bool isError, string message)
    {
        var result = Compile(flow);
        var problem = result.Problems.Should().Contain(p => p.Code == code).Which;
        problem.Should().Match<DefinitionProblem>(p => p.ActivityId == activityId && p.IsError == isError);
        problem.Message.Should().Match(message);
        (result.Graph is null).Should().Be(isError);
    }

    public static TheoryData<string, JsonObject> Good => new()
    {
        { "empty", Works("") },
        { "one", Flow("", Activity("Test.Work", "a")) },
        { "decision and merge", Works("d.True -> a, d.False -> b, a -> m, b -> m", Decision("d")) },
        { "parallel and merge", Works("s -> a, s -> b, a -> m, b -> m") },
        { "fork and wait-all join", Works("f.A -> a, f.B -> b, a -> j, b -> j", Fork("f", "A", "B"), Join("j", "WaitAll")) },
        { "parallel decisions into join that says how", Works("a -> b, a -> d, b -> j, d.True -> j, d.False -> j", Decision("d"), Join("j", "WaitAllActive")) },
        { "wait-all join behind complete choices", Works("f.A -> d, f.B -> b, d.True -> x, d.False -> y, x -> m, y -> m, m -> j, b -> j", Fork("f", "A", "B"), Decision("d"), Join("j", "WaitAll")) },
        { "wait-all join behind a loop", Works("f.A -> d, f.B -> b, d.True -> w, w -> d, d.False -> j, b -> j", Fork("f", "A", "B"), Decision("d"), Join("j", "WaitAll")) },
        { "wait-all join with loops of which one is taken", Works("s -> f, f.A -> a, f.B -> b, a -> j, b -> j, j -> d, d.True -> f, d.False -> c, c.True -> w, w -> f, c.False -> v, v -> u, u -> j",
            Fork("f", "A", "B"), Decision("d"), Decision("c"), Join("j", "WaitAll")) },
        { "wait-all join before a race", Works("f.A -> g, f.B -> t, g.A -> a, g.B -> b, a -> j, b -> j, j -> r, t -> r", Fork("f", "A", "B"), Fork("g", "A", "B"), Join("j", "WaitAll"), Join("r", "WaitAny")) },
        { "merge modes", Works("s -> a, s -> b, a -> m, b -> m, m -> x, m -> y, x -> n, y -> n, n -> u, n -> v, u -> o, v -> o",
            Merging("m", "Merge"), Merging("n", "Race"), Merging("o", "Converge")) },
        { "merge mode that says how", Works("a -> b, a -> d, b -> m, d.True -> m, d.False -> m", Decision("d"), Merging("m", "Stream")) },
        { "exclusive into wait-any", Works("d.True -> a, d.False -> b, a -> j, b -> j", Decision("d"), Join("j", "WaitAny")) },
        { "failures in a row to one handler", Works("a.Succeeded -> b, a.Failed -> r, b.Succeeded -> c, b.Failed -> r, c -> d",
            Activity("Kairship.DeployRelease", "a"), Activity("Kairship.DeployRelease", "b")) },
        { "waiting loop", Works("s -> d, d.True -> w, w -> d, d.False -> e", Decision("d"), Activity("Elsa.Delay", "w")) },
        { "working loop", Works("s -> d, d.True -> w, w -> d, d.False -> e", Decision("d")) },
        { "start type among several", Works("a -> b, s -> b", Activity("Elsa.Start", "s")).With("start", null) },
        { "legacy connections", Works("").With("activities", new JsonArray(Activity("Test.Work", "a"), Activity("Test.Work", "b")))
            .With("connections", new JsonArray(new JsonObject { ["source"] = "a", ["target"] = "b", ["sourcePort"] = "Done", ["targetPort"] = "In" })) },
        { "computed outcomes", Works("a.Anything -> b, a.Else -> c, b -> m, c -> m",
            Activity("Elsa.RunJavaScript", "a", Properties("possibleOutcomes", Script("List<String>", "[1]")))) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Flowchart_ThatIsFine_HasNoErrors(string name, JsonObject flow)
    {
        var result = Compile(flow);
        result.Problems.Where(p => p.IsError || p.Code is "busy-loop" or "join-may-not-complete").Should().BeEmpty(name);
        result.Graph.Should().NotBeNull();
    }

    [Theory]
    [InlineData("a -> b, b -> c", "a")]
    [InlineData("b -> a, c -> b", "c")]
    [InlineData("a -> b, b -> a, s -> a", "s")]
    public void Start_NotNamed_IsTheOneNobodyLeadsTo(string connections, string start) => Graph(Works(connections)).Start!.Id.Should().Be(start);

    [Fact]
    public void Start_Preferred_IsTriggerThenStartType()
    {
        var trigger = Activity("Test.Work", "t", Properties("customProperties", new JsonObject { ["canStartWorkflow"] = true }));
        Graph(Works("a -> b, t -> b, s -> b", (JsonObject)trigger.DeepClone(), Activity("Elsa.Start", "s"))).Start!.Id.Should().Be("t");
        Graph(Works("a -> b, s -> b", Activity("Elsa.Start", "s"))).Start!.Id.Should().Be("s");
        Graph(Works("a -> b, s -> b", Activity("Elsa.Start", "s")).With("start", "a")).Start!.Id.Should().Be("a");
        Graph(Works("a -> b, b -> c", Activity("Test.Work", "alone"))).Start!.Id.Should().Be("a");
    }

    [Fact]
    public void BackEdges_AreNotForward()
    {
        var graph = Graph(Works("s -> a, a -> b, b -> a, b -> b, b -> c, c -> a"));
        graph.Incoming["a"].Should().HaveCount(3);
        graph.IncomingForward["a"].Should().ContainSingle().Which.Source.Id.Should().Be("s");
        graph.IncomingForward["b"].Should().ContainSingle().Which.Source.Id.Should().Be("a");
    }

    [Fact]
    public void LongChain_OfThousands_Compiles()
    {
        var connections = string.Join(", ", Enumerable.Range(0, 4_000).Select(i => $"n{i} -> n{i + 1}"));
        Graph(Works(connections)).Start!.Id.Should().Be("n0");
    }

    [Fact]
    public void ForwardConnections_OfAnyFlowchart_HaveNoCycle() =>
        RandomEdges.Sample(edges =>
        {
            var graph = Graph(Works(string.Join(", ", edges.Append((0, 1)).Distinct().Select(e => $"n{e.Item1} -> n{e.Item2}"))).With("start", "n0"), withErrors: true);
            if (graph is null)
            {
                return;
            }

            var open = new HashSet<string>();
            var done = new HashSet<string>();
            bool HasCycle(string id)
            {
                if (open.Contains(id) || done.Contains(id))
                {
                    return open.Contains(id);
                }

                open.Add(id);
                var cycle = graph.IncomingForward[id].Any(c => HasCycle(c.Source.Id));
                open.Remove(id);
                done.Add(id);
                return cycle;
            }

            graph.Connections.Any(c => HasCycle(c.Target.Id)).Should().BeFalse();
        }, iter: 300);

    /// <summary>Against the definition: every run of a small graph without loops, played out.</summary>
    [Fact]
    public void CoActivation_IsWhatSomeRunDoes() =>
        Gen.Select(Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6]).Array[1, 12], Gen.OneOf('w', 'd', 'f').Array[8]).Sample((pairs, kinds) =>
        {
            var edges = pairs.Where(p => p.Item1 != p.Item2).Select(p => (From: Math.Min(p.Item1, p.Item2), To: Math.Max(p.Item1, p.Item2)))
                .Append((From: 0, To: 7)).Distinct().ToArray();
            var connections = edges.Select((e, i) => $"n{e.From}.{Port(kinds[e.From], i)} -> n{e.To}").ToArray();
            var others = Enumerable.Range(0, 8).Where(i => edges.Any(e => e.From == i)).Select(i => Node(kinds[i], i)).ToArray();
            var compiled = Graph(Works(string.Join(", ", connections), others).With("start", "n0"), withErrors: true)!;
            var order = FlowchartOrder.Of([.. compiled.Connections.SelectMany(c => new[] { c.Source, c.Target }).Distinct()], compiled.Outgoing, compiled.Incoming, compiled.Start);
            var together = CoActivation.Of(compiled, order);
            var reached = compiled.Connections.Where(c => order.Reached.Contains(c.Source)).ToArray();
            var seen = Runs(compiled).SelectMany(run => run.SelectMany(a => run.Select(b => (a, b)))).ToHashSet();
            foreach (var a in reached)
            {
                foreach (var b in reached.Where(b => b != a))
                {
                    (together.Of(a, b) == Together.Can).Should().Be(seen.Contains((a, b)), $"{a.Source.Id}->{a.Target.Id} and {b.Source.Id}->{b.Target.Id} in {string.Join(", ", connections)}");
                }
            }
        }, iter: 500);

    private static JsonObject Merging(string id, string mode) => Activity("Test.Work", id, Properties("customProperties", new JsonObject { ["mergeMode"] = mode }));

    private static readonly Gen<(int, int)[]> RandomEdges = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 7]).Array[1, 20];

    private static string Port(char kind, int i) => kind switch { 'd' => i % 2 == 0 ? "True" : "False", 'f' => i % 2 == 0 ? "A" : "B", _ => "Done" };

    private static JsonObject Node(char kind, int i) => kind switch { 'd' => Decision($"n{i}"), 'f' => Fork($"n{i}", "A", "B"), _ => Activity("Test.Work", $"n{i}") };

    /// <summary>The connections taken in each run: decisions choose, everything else takes all, whoever is reached runs once.</summary>
    private static IEnumerable<HashSet<Connection>> Runs(FlowchartGraph graph)
    {
        var decisions = graph.Connections.Select(c => c.Source).Where(n => n.TypeName == "Elsa.FlowDecision").Distinct().ToArray();
        for (var choice = 0; choice < 1 << decisions.Length; choice++)
        {
            var taken = new HashSet<Connection>();
            var pending = new Queue<ActivityNode>([graph.Start!]);
            var seen = new HashSet<ActivityNode> { graph.Start! };
            while (pending.TryDequeue(out var node))
            {
                var decided = (choice >> Array.IndexOf(decisions, node) & 1) == 1 ? "True" : "False";
                foreach (var connection in graph.Outgoing[node.Id].Where(c => !decisions.Contains(node) || c.SourcePort == decided))
                {
                    taken.Add(connection);
                    if (seen.Add(connection.Target))
                    {
                        pending.Enqueue(connection.Target);
                    }
                }
            }

            yield return taken;
        }
    }

    private static FlowchartGraph Graph(JsonObject flow) => Graph(flow, withErrors: false)!;

    /// <summary>With errors allowed, the flowchart is built apart from its checks' verdict.</summary>
    private static FlowchartGraph? Graph(JsonObject flow, bool withErrors)
    {
        if (!withErrors)
        {
            return Compile(flow).Graph!.Root.Flowchart!;
        }

        var run = new Compilation(TestActivities.Registry, new Workflows.Expressions.ExpressionCompiler());
        return new ActivityBuilder(run).Build((JsonObject)Of(flow).ToJsonObject()["root"]!, "Workflow1", VariableScope.Empty, 1)?.Flowchart;
    }

    private static CompileResult Compile(JsonObject flow) => TestActivities.CreateCompiler().Compile(Of((JsonObject)flow.DeepClone()), "v", 1);
}

internal static class JsonObjectExtensions
{
    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json;
    }
}
