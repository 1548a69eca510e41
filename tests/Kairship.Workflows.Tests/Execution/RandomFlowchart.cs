using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>A flowchart of effects that are numbered in topological order, each with outcomes "o0", "o1"...; an effect leaves by the outcome that the test says.</summary>
internal sealed record RandomFlowchart(int Nodes, IReadOnlyList<(int From, int Outcome, int To)> Edges)
{
    public const int Outcomes = 3;

    /// <summary>Random edges from lower to higher numbers; every node but the first has at least one incoming.</summary>
    public static RandomFlowchart Acyclic(Random random, int nodes, double density)
    {
        var edges = new HashSet<(int, int, int)>();
        for (var to = 1; to < nodes; to++)
        {
            edges.Add((random.Next(to), random.Next(Outcomes), to));
            for (var from = 0; from < to; from++)
            {
                if (random.NextDouble() < density)
                {
                    edges.Add((from, random.Next(Outcomes), to));
                }
            }
        }

        // One connection between two nodes: with several outcomes between the same two, only one of them can be taken.
        return new RandomFlowchart(nodes, [.. edges.DistinctBy(e => (e.Item1, e.Item3)).Order()]);
    }

    public string Json(IReadOnlyList<(int From, int Outcome, int To)>? back = null) => Def.Workflow("random", Def.Flowchart("root",
        [.. Enumerable.Range(0, Nodes).Select(n => Def.Effect($"n{n}", ("outcomes", Def.Input("Object", "[\"o0\",\"o1\",\"o2\"]", "List<String>"))))],
        [.. Edges.Concat(back ?? []).Select(e => $"n{e.From}.o{e.Outcome} -> n{e.To}")]));

    /// <summary>Dead-path elimination, the reference for acyclic graphs: a node runs, once, if and only if one of its sources ran and left by that edge's outcome.</summary>
    public IReadOnlySet<int> Reference(Func<int, int> outcome)
    {
        var ran = new HashSet<int> { 0 };
        for (var node = 1; node < Nodes; node++)
        {
            if (Edges.Any(e => e.To == node && ran.Contains(e.From) && outcome(e.From) == e.Outcome))
            {
                ran.Add(node);
            }
        }

        return ran;
    }
}
