using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

public sealed class MigrationTests
{
    private static readonly string Chain = Flow(["a", "b", "c"], "a -> b", "b -> c");
    private static readonly string Split = Flow(["a", "b", "c", "w"], [Def.Join("j", "WaitAll")], "a -> b", "a -> c", "b -> j", "c -> j", "j -> w");

    /// <summary>The version it leaves, effects that have ended before, the version it goes to, the plan, and what stands against it: activity and code.</summary>
    public static TheoryData<string, string, string, string, string, string?, string?> Problems => new()
    {
        { "same", Chain, "a", Chain, "", null, null },
        { "added behind", Chain, "a", Flow(["a", "b", "x", "c"], "a -> b", "b -> x", "x -> c"), "", null, null },
        { "gone", Chain, "a", Flow(["a", "c"], "a -> c"), "", "b", "activity-gone" },
        { "gone, completed", Chain, "a", Flow(["b", "c"], "b -> c"), "", null, null },
        { "other type", Chain, "a", Def.Workflow("w", Def.Flowchart("root", [Def.Effect("a"), Def.WriteLine("b"), Def.Effect("c")], "a -> b", "b -> c")), "", "b", "activity-type" },
        { "into another container", Chain, "a", Def.Workflow("w", Def.Flowchart("root", [Def.Effect("a"), Def.Sequence("s", Def.Effect("b"))], "a -> s")), "", "b", "activity-moved" },
        { "renamed while it runs", Chain, "a", Flow(["a", "z", "c"], "a -> z", "z -> c"), "b=z", "b", "activity-renamed" },
        { "renamed before it runs", Chain, "a", Flow(["a", "b", "z"], "a -> b", "b -> z"), "c=z", null, null },
        { "renamed after it ran", Chain, "a", Flow(["z", "b", "c"], "z -> b", "b -> c"), "a=z", null, null },
        { "plan of nothing", Chain, "a", Chain, "q=b", "q", "plan" },
        { "plan to nothing", Chain, "a", Chain, "c=q", "c", "plan" },
        { "plan of two to one", Chain, "a", Chain, "a=c", "a", "plan" },
        { "completed comes after", Chain, "a", Flow(["b", "a", "c"], "b -> a", "a -> c"), "", "a", "would-run-again" },
        { "completed comes after by its new name", Chain, "a", Flow(["b", "z", "c"], "b -> z", "z -> c"), "a=z", "a", "would-run-again" },
        { "waiting token kept", Split, "a b", Split, "", null, null },
        { "connection of a waiting token gone", Split, "a b", Flow(["a", "b", "c", "w"], [Def.Join("j", "WaitAll")], "a -> b", "a -> c", "c -> j", "a -> j", "j -> w"), "", "j", "connection-gone" },
        { "join that waits for what cannot come", Split, "a b",
            Flow(["a", "b", "c", "d", "w"], [Def.Join("j", "WaitAll")], "a -> b", "a -> c", "a -> d", "b -> j", "c -> j", "d -> j", "j -> w"), "", "j", "join-never-completes" },
        { "join that waits for all active", Split, "a b", Flow(["a", "b", "c", "d", "w"], [Def.Join("j", "WaitAllActive")], "a -> b", "a -> c", "a -> d", "b -> j", "c -> j", "d -> j", "j -> w"), "", null, null },
        { "sequence grown", Sequence("a", "b", "c"), "a", Sequence("x", "a", "b", "y", "c"), "", null, null },
        { "sequence turned round", Sequence("a", "b", "c"), "a", Sequence("b", "a", "c"), "", "a", "would-run-again" },
        { "new branch", Parallel("a", "b"), "a", Parallel("a", "b", "c"), "", "p", "branch-not-started" },
        { "branch gone that ended", Parallel("a", "b"), "a", Parallel("b"), "", null, null },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Migration_IsPossibleOrSaysWhatStandsAgainstIt(string _, string from, string ended, string to, string plan, string? activityId, string? code)
    {
        var run = new GraphFixture(from);
        foreach (var id in ended.Split(' '))
        {
            run.End($"{id}/1");
        }

        run.Interpreter.TakeTransition();
        var before = StateSerializer.Write(run.State);
        var (report, state) = Migration.Of(run.Graph, Graph(to), run.State, Plan(plan));

        StateSerializer.Write(run.State).Should().Equal(before, "the state that was given is left as it is");
        report.Problems.Select(p => (p.ActivityId, p.Code)).Should().Equal(code is null ? [] : [(activityId, code)]);
        (state is null).Should().Be(code is not null);
    }

    [Fact]
    public void Variables_AreKeptById_ThenByName_Converted_AndTold()
    {
        static string With(params (string Id, string Name, string Type, string Value)[] variables)
        {
            var json = (JsonObject)JsonNode.Parse(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"))))!;
            json["variables"] = new JsonArray([.. variables.Select(v => new JsonObject { ["id"] = v.Id, ["name"] = v.Name, ["typeName"] = v.Type, ["value"] = v.Value })]);
            return json.ToJsonString();
        }

        var run = new GraphFixture(With(("1", "Kept", "String", "x"), ("2", "ByName", "Int32", "7"), ("3", "Gone", "String", "y")));
        var (report, state) = Migration.Of(run.Graph, Graph(With(("1", "Renamed", "String", "d"), ("9", "byname", "String", "d"), ("4", "New", "Int32", "5"))), run.State, MigrationPlan.SameIds);
        new JsonObject(state!.Variables!.Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone()))).ToJsonString().Should().Be("""{"1":"x","9":"7","4":5}""");
        report.Notes.Should().HaveCount(2).And.Contain(n => n.Contains("'New'")).And.Contain(n => n.Contains("'Gone'"));

        var (refused, _) = Migration.Of(run.Graph, Graph(With(("1", "Kept", "Int32", "1"))), run.State, MigrationPlan.SameIds);
        refused.Problems.Should().ContainSingle().Which.Code.Should().Be(MigrationCode.Variable);
    }

    /// <summary>A random flowchart somewhere on its way, gone over to one with nodes added and others renamed: each node runs as often as if nothing had happened, and the added ones where the way leads over them.</summary>
    [Fact]
    public void Migrated_AnywhereOnTheWay_DoesExactlyWhatWasNotDone()
    {
        var migrated = 0;
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var random = new Random(seed);
                var chart = RandomFlowchart.Acyclic(random, random.Next(2, 12), random.NextDouble() * 0.3);
                if (GraphFixture.Compile(chart.Json()).Graph is null)
                {
                    return;
                }

                var choices = Enumerable.Range(0, chart.Nodes).Select(_ => random.Next(RandomFlowchart.Outcomes)).ToArray();
                var run = new GraphFixture(chart.Json());
                var ended = new List<string>();
                for (var steps = random.Next(chart.Nodes); steps > 0 && run.Ready.Count > 0; steps--)
                {
                    Step();
                }

                run.Interpreter.TakeTransition();
                var live = run.Ready.Select(Activity).ToHashSet();
                var names = Enumerable.Range(0, chart.Nodes).ToDictionary(n => $"n{n}", n => random.Next(3) == 0 && !live.Contains($"n{n}") ? $"m{n}" : $"n{n}");
                var added = chart.Edges.Where(e => !run.State.Iterations.ContainsKey($"n{e.From}") && random.Next(3) == 0).ToHashSet();
                var json = Changed(chart, names, added);
                if (GraphFixture.Compile(json).Graph is not { } graph || run.State.IsFinal)
                {
                    return;
                }

                var (report, state) = Migration.Of(run.Graph, graph, run.State, new MigrationPlan(names.Where(n => n.Key != n.Value).ToDictionary()));
                report.Problems.Should().BeEmpty();
                Interlocked.Increment(ref migrated);
                run = new GraphFixture(graph, state!);
                ended = ended.ConvertAll(id => names[id]);
                while (run.Ready.Count > 0)
                {
                    Step();
                }

                run.State.Phase.Should().Be(StatePhase.Finished);
                var reference = chart.Reference(n => choices[n]);
                ended.Should().BeEquivalentTo(reference.Select(n => names[$"n{n}"])
                    .Concat(added.Where(e => reference.Contains(e.From) && choices[e.From] == e.Outcome).Select(e => $"x{e.From}_{e.To}")));

                void Step()
                {
                    var next = run.Ready[random.Next(run.Ready.Count)];
                    var id = Activity(next);
                    ended.Add(id);
                    run.End(next, id[0] == 'x' ? "Done" : $"o{choices[int.Parse(id[1..])]}");
                }
            },
            iter: 1500);
        migrated.Should().BeGreaterThan(300);
    }

    private static string Activity(string executionId) => executionId[..executionId.IndexOf('/')];

    private static string Changed(RandomFlowchart chart, Dictionary<string, string> names, HashSet<(int From, int Outcome, int To)> added) => Def.Workflow("random", Def.Flowchart("root",
        [.. names.Values.Select(n => Def.Effect(n, ("outcomes", Def.Input("Object", "[\"o0\",\"o1\",\"o2\"]", "List<String>")))), .. added.Select(e => Def.Effect($"x{e.From}_{e.To}"))],
        [.. chart.Edges.SelectMany(e => added.Contains(e)
            ? new[] { $"{names[$"n{e.From}"]}.o{e.Outcome} -> x{e.From}_{e.To}", $"x{e.From}_{e.To} -> {names[$"n{e.To}"]}" }
            : [$"{names[$"n{e.From}"]}.o{e.Outcome} -> {names[$"n{e.To}"]}"])]));

    private static WorkflowGraph Graph(string json) => GraphFixture.Compile(json) is { Graph: { } graph }
        ? graph
        : throw new InvalidOperationException(string.Join("; ", GraphFixture.Compile(json).Problems.Select(p => p.Message)));

    private static MigrationPlan Plan(string text) =>
        new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]));

    private static string Flow(string[] effects, params string[] connections) => Flow(effects, [], connections);

    private static string Flow(string[] effects, JsonObject[] others, params string[] connections) =>
        Def.Workflow("w", Def.Flowchart("root", [.. effects.Select(e => Def.Effect(e)), .. others], connections));

    private static string Sequence(params string[] effects) => Def.Workflow("w", Def.Sequence("root", [.. effects.Select(e => Def.Effect(e))]));

    private static string Parallel(params string[] effects) => Def.Workflow("w", Def.Sequence("root",
        Def.Activity("Elsa.Parallel", "p", ("activities", new JsonArray([.. effects.Select(e => Def.Effect(e))])))));
}
