using CsCheck;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

public sealed class FlowchartPropertyTests
{
    // What the compiler may refuse (mixed merges) is not what is tested here.
    private static GraphFixture? TryBuild(string json)
    {
        try
        {
            return new GraphFixture(json);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("not clear what", StringComparison.Ordinal))
        {
            return null;
        }
    }

    [Fact]
    public void Acyclic_AnyOrderOfEnds_RunsEachNodeOnceAsDeadPathEliminationSaysAndAfterItsSources()
    {
        var built = 0;
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var random = new Random(seed);
                var chart = RandomFlowchart.Acyclic(random, random.Next(2, 14), random.NextDouble() * 0.4);
                var choices = Enumerable.Range(0, chart.Nodes).Select(_ => random.Next(RandomFlowchart.Outcomes)).ToArray();
                if (TryBuild(chart.Json()) is not { } run)
                {
                    return;
                }

                Interlocked.Increment(ref built);
                var ended = new List<int>();
                while (run.Ready is { Count: > 0 } ready)
                {
                    var next = ready[random.Next(ready.Count)];
                    var node = int.Parse(next[1..next.IndexOf('/')]);
                    foreach (var edge in chart.Edges.Where(e => e.To == node && choices[e.From] == e.Outcome && chart.Reference(n => choices[n]).Contains(e.From)))
                    {
                        ended.Should().Contain(edge.From, "n{0} waits for the live branch from n{1}", node, edge.From);
                    }

                    if (random.Next(4) == 0)
                    {
                        run.Reload();
                    }

                    run.End(next, $"o{choices[node]}");
                    ended.Add(node);
                }

                run.State.Phase.Should().Be(StatePhase.Finished);
                ended.Should().OnlyHaveUniqueItems().And.BeEquivalentTo(chart.Reference(n => choices[n]));
            },
            iter: 2000);
        built.Should().BeGreaterThan(300);
    }

    [Fact]
    public void Cyclic_AnyGraphWithAnyBackEdges_EndsOnceLoopsStop()
    {
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var random = new Random(seed);
                var chart = RandomFlowchart.Acyclic(random, random.Next(2, 12), random.NextDouble() * 0.3);
                var back = Enumerable.Range(0, random.Next(1, 5))
                    .Select(_ => (From: random.Next(chart.Nodes), Outcome: random.Next(RandomFlowchart.Outcomes), To: random.Next(chart.Nodes)))
                    .Where(e => e.To <= e.From && e.To > 0 && !chart.Edges.Any(x => x.From == e.From && x.To == e.To)).DistinctBy(e => (e.From, e.To)).ToList();
                if (TryBuild(chart.Json(back)) is not { } run)
                {
                    return;
                }

                var steps = 0;
                while (run.Ready is { Count: > 0 } ready)
                {
                    var next = ready[random.Next(ready.Count)];
                    var node = int.Parse(next[1..next.IndexOf('/')]);
                    // After a while only outcomes are taken that lead forward, so that every loop comes to its end.
                    var outcomes = Enumerable.Range(0, RandomFlowchart.Outcomes).Where(o => ++steps < 300 || !back.Any(b => b.From == node && b.Outcome == o)).ToList();
                    run.End(next, outcomes.Count == 0 ? "Done" : $"o{outcomes[random.Next(outcomes.Count)]}");
                    steps.Should().BeLessThan(20_000);
                    if (random.Next(8) == 0)
                    {
                        run.Reload();
                    }
                }

                run.State.Incidents.Should().BeNull();
                run.State.Phase.Should().Be(StatePhase.Finished, "nothing runs, so nothing may wait");
                run.Started.Should().OnlyHaveUniqueItems();
            },
            iter: 1500);
    }

    [Fact]
    public void SameEvents_OnACopy_GiveTheSameBytes()
    {
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                byte[] Run()
                {
                    var random = new Random(seed);
                    var chart = RandomFlowchart.Acyclic(random, random.Next(2, 10), 0.2);
                    if (TryBuild(chart.Json()) is not { } run)
                    {
                        return [];
                    }

                    for (var i = random.Next(6); i > 0 && run.Ready.Count > 0; i--)
                    {
                        run.End(run.Ready[random.Next(run.Ready.Count)], $"o{random.Next(3)}");
                        if (i == 2)
                        {
                            run.Reload();
                        }
                    }

                    run.Note();
                    return StateSerializer.Write(run.State);
                }

                Run().Should().Equal(Run());
            },
            iter: 100);
    }
}
