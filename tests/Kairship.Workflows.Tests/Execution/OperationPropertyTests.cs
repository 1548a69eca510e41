using System.Text.Json.Nodes;
using CsCheck;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>Random trees of sequences, parallels, loops and effects; effects end, fail or are left in a random order, with restarts in between.</summary>
public sealed class OperationPropertyTests
{
    private const int Rounds = 400;

    private static readonly Gen<(string Json, int Seed)> Workflows = Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue])
        .Select((shape, seed) => (Def.Workflow("w", new Tree(new Random(shape)).Root()), seed));

    [Fact]
    public void Retry_OfWhateverFaulted_RunsEverythingElseOnce() => Workflows.Sample(
        w =>
        {
            var random = new Random(w.Seed);
            var smooth = Run(w.Json, new Random(w.Seed + 1), _ => false, out _);
            var rough = Run(w.Json, random, _ => random.Next(3) == 0, out var faults);

            rough.Should().BeEquivalentTo(smooth, "{0} faults and their retries must not show", faults);
            rough.Should().OnlyHaveUniqueItems();
        },
        iter: Rounds);

    [Fact]
    public void Cancel_AtAnyTime_CompensatesWhatCompletedInReverse() => Workflows.Sample(
        w =>
        {
            var random = new Random(w.Seed);
            var run = new GraphFixture(w.Json);
            var completed = new List<string>();
            for (var left = random.Next(12); left > 0 && run.Ready.Count > 0; left--)
            {
                var next = run.Ready[random.Next(run.Ready.Count)];
                completed.Add(next);
                run.End(next);
                Restart(run, random);
            }

            if (run.State.IsFinal)
            {
                return;
            }

            run.Apply(at => new InstanceEvent.Commanded(at, new InstanceCommand.Cancel()));
            var undone = new List<string>();
            while (run.Ready is [var undo])
            {
                undone.Add(run.Interpreter.ReadyEffects.Single().Tag!);
                run.End(undo);
                Restart(run, random);
            }

            undone.Should().Equal(Enumerable.Reverse(completed));
            run.State.Phase.Should().Be(StatePhase.Cancelled);
            run.State.Executions.Should().BeEmpty();
        },
        iter: Rounds);

    /// <summary>Ids of the executions that completed, in order.</summary>
    private static List<string> Run(string json, Random random, Func<string, bool> fails, out int faults)
    {
        var run = new GraphFixture(json);
        var completed = new List<string>();
        faults = 0;
        while (!run.State.IsFinal)
        {
            run.Ready.Should().NotBeEmpty("nothing here waits");
            var next = run.Ready[random.Next(run.Ready.Count)];
            if (faults < 50 && fails(next))
            {
                faults++;
                run.Apply(at => new InstanceEvent.EffectEnded(at, next, ActivityResult.Fail("Test", "on purpose"), [], null));
                Restart(run, random);
                run.Apply(at => new InstanceEvent.Commanded(at, new InstanceCommand.Retry(random.Next(2) == 0 ? next : null))).Should().BeTrue();
            }
            else
            {
                completed.Add(next);
                run.End(next);
            }

            Restart(run, random);
        }

        return completed;
    }

    private static void Restart(GraphFixture run, Random random)
    {
        if (random.Next(3) == 0)
        {
            run.Reload();
        }
    }

    private sealed class Tree(Random random)
    {
        private int ids;

        public JsonObject Root() => Def.Sequence("root", Node(0), Effect(), Node(0));

        private JsonObject Node(int depth) => depth == 3 ? Effect() : random.Next(6) switch
        {
            0 => Def.Sequence($"s{++ids}", Node(depth + 1), Node(depth + 1)),
            1 => Def.Activity("Elsa.Parallel", $"p{++ids}", ("activities", new JsonArray(Node(depth + 1), Node(depth + 1), Effect()))),
            2 => Def.Activity("Elsa.ForEach", $"f{++ids}", ("items", Def.Input("Object", "[1,2]")), ("body", Node(depth + 1))),
            3 => Def.Activity("Elsa.ParallelForEach", $"q{++ids}", ("items", Def.Input("Object", "[1,2,3]")), ("body", Node(depth + 1))),
            _ => Effect(),
        };

        private JsonObject Effect()
        {
            var id = $"e{++ids}";
            return Def.Effect(id).With(("kairship:compensation", Def.Effect($"undo-{id}")));
        }
    }
}
