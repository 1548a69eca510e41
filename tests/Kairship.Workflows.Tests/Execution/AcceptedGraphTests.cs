using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>What the validator lets pass without an error, and without a doubt about a join or a loop, never gets stuck: random flowcharts of work, choices, forks and joins of every mode, with loops.</summary>
public sealed class AcceptedGraphTests
{
    [Fact]
    public void Accepted_AnyGraphAnyOrderOfEnds_NeverFaults()
    {
        var (accepted, withWaitAll) = (0, 0);
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var random = new Random(seed);
                if (Build(random) is not { } run)
                {
                    return;
                }

                Interlocked.Increment(ref accepted);
                Interlocked.Add(ref withWaitAll, run.Graph.Nodes.Any(FlowchartSemantics.WaitsForAll) ? 1 : 0);
                for (var steps = 0; run.Ready is { Count: > 0 } ready && steps < 300; steps++)
                {
                    var next = ready[random.Next(ready.Count)];
                    var outcomes = run.Graph.ById[next[..next.IndexOf('/')]].Outcomes!;

                    // After a while every choice takes its last port, so that loops end.
                    run.End(next, outcomes[steps > 60 ? outcomes.Count - 1 : random.Next(outcomes.Count)]);
                    if (random.Next(8) == 0)
                    {
                        run.Reload();
                    }
                }

                run.State.Incidents.Should().BeNull("{0}", string.Join(", ", run.Graph.Root.Flowchart!.Connections.Select(c =>
                    $"{c.Source.Id}[{c.Source.TypeName[(c.Source.TypeName.IndexOf('.') + 1)..]}].{c.SourcePort} -> {c.Target.Id}")));
                if (run.Ready.Count == 0)
                {
                    run.State.Phase.Should().Be(StatePhase.Finished);
                }
            },
            iter: 4000);
        accepted.Should().BeGreaterThan(800);
        withWaitAll.Should().BeGreaterThan(100, "joins that wait for all are what it is about");
    }

    private static GraphFixture? Build(Random random)
    {
        var count = random.Next(3, 14);
        var kinds = Enumerable.Range(0, count).Select(_ => "wwwdfja"[random.Next(7)]).ToArray();
        var edges = new HashSet<(int From, string Port, int To)>();
        for (var to = 1; to < count; to++)
        {
            for (var n = random.Next(1, kinds[to] is 'j' or 'a' ? 4 : 2); n > 0; n--)
            {
                var from = random.Next(Math.Max(0, to - 5), to);
                edges.Add((from, Port(kinds[from], random), to));
            }
        }

        for (var n = random.Next(3); n > 0; n--)
        {
            var from = random.Next(1, count);
            edges.Add((from, Port(kinds[from], random), random.Next(1, from + 1)));
        }

        var json = Def.Workflow("random", Def.Flowchart("root", [.. kinds.Select((kind, i) => Node(kind, $"n{i}", random))],
            [.. edges.DistinctBy(e => (e.From, e.To)).Select(e => $"n{e.From}.{e.Port} -> n{e.To}")]));
        var problems = GraphFixture.Compile(json).Problems;
        return problems.Any(p => p.IsError || p.Code is ProblemCode.JoinMayNotComplete or ProblemCode.BusyLoop) ? null : new GraphFixture(json);
    }

    private static string Port(char kind, Random random) => kind switch { 'd' => random.Next(3) switch { 0 => "o0", 1 => "o1", _ => "Done" }, 'f' => $"o{random.Next(3)}", _ => "Done" };

    private static JsonObject Node(char kind, string id, Random random) => kind switch
    {
        'd' => Def.Effect(id, ("outcomes", Def.Input("Object", "[\"o0\",\"o1\"]", "List<String>"))),
        'f' => Def.Fork(id, "o0", "o1", "o2"),
        'j' => Def.Join(id, "WaitAll"),
        'a' => Def.Join(id, random.Next(3) == 0 ? "WaitAny" : "WaitAllActive"),
        _ => Def.Effect(id),
    };
}
