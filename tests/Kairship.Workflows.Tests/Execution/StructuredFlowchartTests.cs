using CsCheck;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>Flowcharts made of nested series, parallel splits, choices and loops: their meaning is known from their structure, whatever the order in which effects end.</summary>
public sealed class StructuredFlowchartTests
{
    private abstract record Block
    {
        internal sealed record Work(string Id) : Block;

        internal sealed record Series(Block First, Block Then) : Block;

        internal sealed record Both(string Id, Block Left, Block Right) : Block;

        internal sealed record Either(string Id, Block Left, Block Right) : Block;

        /// <summary>Left at its tail, after the body.</summary>
        internal sealed record Loop(string Id, Block Body, int Rounds) : Block;

        /// <summary>Left at its head, before the body.</summary>
        internal sealed record While(string Id, Block Body, int Rounds) : Block;
    }

    [Fact]
    public void Structured_AnyOrderOfEnds_RunsEachEffectAsOftenAsItsStructureSays()
    {
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var random = new Random(seed);
                var counter = 0;
                var block = Random(random, 4, ref counter);
                var (json, left) = Draw(block);
                var run = new GraphFixture(json);
                var loops = new Dictionary<string, int>();
                var counts = new Dictionary<string, int>();
                while (run.Ready is { Count: > 0 } ready)
                {
                    var next = ready[random.Next(ready.Count)];
                    var id = next[..next.IndexOf('/')];
                    counts[id] = counts.GetValueOrDefault(id) + 1;
                    run.End(next, left(id, counts[id]));
                    if (random.Next(5) == 0)
                    {
                        run.Reload();
                    }

                    counts.Values.Sum().Should().BeLessThan(5000);
                }

                run.State.Phase.Should().Be(StatePhase.Finished);
                var expected = new Dictionary<string, int>();
                Count(block, 1, expected);
                counts.Should().BeEquivalentTo(expected);
            },
            iter: 3000);
    }

    private static Block Random(Random random, int depth, ref int counter)
    {
        var id = $"{counter++}";
        switch (depth == 0 ? 0 : random.Next(7))
        {
            case 1:
            case 2:
                return new Block.Series(Random(random, depth - 1, ref counter), Random(random, depth - 1, ref counter));
            case 3:
                return new Block.Both(id, Random(random, depth - 1, ref counter), Random(random, depth - 1, ref counter));
            case 4:
                return new Block.Either(id, Random(random, depth - 1, ref counter), Random(random, depth - 1, ref counter));
            case 5:
                return new Block.Loop(id, Random(random, depth - 1, ref counter), random.Next(1, 4));
            case 6:
                return new Block.While(id, Random(random, depth - 1, ref counter), random.Next(0, 4));
            default:
                return new Block.Work($"w{id}");
        }
    }

    private static void Count(Block block, int times, Dictionary<string, int> counts)
    {
        void Add(string id, int n)
        {
            if (n > 0)
            {
                counts[id] = counts.GetValueOrDefault(id) + n;
            }
        }

        switch (block)
        {
            case Block.Work work:
                Add(work.Id, times);
                break;
            case Block.Series series:
                Count(series.First, times, counts);
                Count(series.Then, times, counts);
                break;
            case Block.Both both:
                Add($"f{both.Id}", times);
                Count(both.Left, times, counts);
                Count(both.Right, times, counts);
                Add($"j{both.Id}", times);
                break;
            case Block.Either either:
                // Odd visits go left.
                Add($"d{either.Id}", times);
                Count(either.Left, (times + 1) / 2, counts);
                Count(either.Right, times / 2, counts);
                Add($"m{either.Id}", times);
                break;
            case Block.Loop loop:
                Add($"h{loop.Id}", times * loop.Rounds);
                Count(loop.Body, times * loop.Rounds, counts);
                Add($"t{loop.Id}", times * loop.Rounds);
                break;
            case Block.While loop:
                Add($"x{loop.Id}", times * (loop.Rounds + 1));
                Count(loop.Body, times * loop.Rounds, counts);
                break;
        }
    }

    /// <summary>Every split, merge, loop head and loop tail is an effect of its own. Returns the outcome by which an effect leaves on its n-th run.</summary>
    private static (string Json, Func<string, int, string> Left) Draw(Block block)
    {
        var ids = new List<string>();
        var connections = new List<string>();
        var rounds = new Dictionary<string, int>();
        Place(block);
        var activities = ids.Select(id => Def.Effect(id, ("outcomes", Def.Input("Object", "[\"L\",\"R\",\"Again\"]", "List<String>")))).ToArray();
        return (Def.Workflow("structured", Def.Flowchart("root", activities, [.. connections])), (id, run) => id[0] switch
        {
            'd' => run % 2 == 1 ? "L" : "R",
            't' => run % rounds[id] == 0 ? "Done" : "Again",
            'x' => run % (rounds[id] + 1) == 0 ? "Done" : "Again",
            _ => "Done",
        });

        (string In, string Out) Place(Block at)
        {
            switch (at)
            {
                case Block.Work work:
                    ids.Add(work.Id);
                    return (work.Id, work.Id);
                case Block.Series series:
                    var first = Place(series.First);
                    var then = Place(series.Then);
                    connections.Add($"{first.Out} -> {then.In}");
                    return (first.In, then.Out);
                case Block.Both both:
                    ids.Add($"f{both.Id}");
                    var (l, r) = (Place(both.Left), Place(both.Right));
                    ids.Add($"j{both.Id}");
                    connections.AddRange([$"f{both.Id} -> {l.In}", $"f{both.Id} -> {r.In}", $"{l.Out} -> j{both.Id}", $"{r.Out} -> j{both.Id}"]);
                    return ($"f{both.Id}", $"j{both.Id}");
                case Block.Either either:
                    ids.Add($"d{either.Id}");
                    var (a, b) = (Place(either.Left), Place(either.Right));
                    ids.Add($"m{either.Id}");
                    connections.AddRange([$"d{either.Id}.L -> {a.In}", $"d{either.Id}.R -> {b.In}", $"{a.Out} -> m{either.Id}", $"{b.Out} -> m{either.Id}"]);
                    return ($"d{either.Id}", $"m{either.Id}");
                case Block.While head:
                    ids.Add($"x{head.Id}");
                    var inside = Place(head.Body);
                    rounds[$"x{head.Id}"] = head.Rounds;
                    connections.AddRange([$"x{head.Id}.Again -> {inside.In}", $"{inside.Out} -> x{head.Id}"]);
                    return ($"x{head.Id}", $"x{head.Id}");
                default:
                    var loop = (Block.Loop)at;
                    ids.Add($"h{loop.Id}");
                    var body = Place(loop.Body);
                    ids.Add($"t{loop.Id}");
                    rounds[$"t{loop.Id}"] = loop.Rounds;
                    connections.AddRange([$"h{loop.Id} -> {body.In}", $"{body.Out} -> t{loop.Id}", $"t{loop.Id}.Again -> h{loop.Id}"]);
                    return ($"h{loop.Id}", $"t{loop.Id}");
            }
        }
    }
}
