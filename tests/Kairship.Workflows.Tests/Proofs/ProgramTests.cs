using CsCheck;
using Kairship.Testing.Workflows;
using Kairship.Testing.Workflows.Programs;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;
using Kairship.Workflows.Tests.Execution;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>
/// Random programs: flowcharts with loops, forks and joins in sequences in loops in forks, to any depth, with scopes, breaks, waits and delays. Whatever the order in which
/// effects end, events come and time passes, and however often the process is restarted in between, they do what the reference interpreter says.
/// </summary>
public sealed class ProgramTests
{
    [Fact]
    public void Program_InAnyOrder_WithRestarts_DoesWhatItsStructureSays()
    {
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var program = new ProgramSource(seed).Next();
                var expected = Reference.Of(program);
                var json = Drawing.Definition(program);
                var run = new GraphFixture(json, maxSteps: 100_000);
                var random = new Random(seed);
                var effects = new List<string>();
                for (var steps = 0; run.State.Phase == StatePhase.Running && run.State.Incidents is null; steps++)
                {
                    steps.Should().BeLessThan(20_000, "it must end: {0}", json);
                    if (!Step(run, random, effects))
                    {
                        break;
                    }

                    if (random.Next(6) == 0)
                    {
                        run.Reload();
                    }
                }

                run.Note();
                run.State.Incidents.Should().BeNull(json);
                run.State.Phase.Should().Be(StatePhase.Finished, "nothing runs and nothing waits: {0}", json);
                run.State.Executions.Should().BeEmpty();
                effects.Should().BeEquivalentTo(expected.Effects, "{0}", json);
                run.State.Variables!["n"]!.ToJsonString().Should().Be($"{expected.N}", json);
                run.Started.Should().OnlyHaveUniqueItems("a token runs its node once: {0}", json);
                run.Started.CountBy(id => id[..id.LastIndexOf('/')]).Where(c => !c.Key.Contains('-', StringComparison.Ordinal))
                    .Should().BeEquivalentTo(expected.Runs, "{0}", json);
            },
            iter: 1500);
    }

    /// <summary>One thing that may happen now, chosen at random. False when nothing can.</summary>
    private static bool Step(GraphFixture run, Random random, List<string> effects)
    {
        var waiting = run.Interpreter.Tree.All.Where(e => e.Phase == ExecutionPhase.Waiting).ToList();
        var ready = run.Ready;
        var choices = waiting.Count + ready.Count;
        if (choices == 0)
        {
            return false;
        }

        var choice = random.Next(choices);
        if (choice < ready.Count)
        {
            var execution = run.Interpreter.Tree.Find(ready[choice])!;
            effects.Add($"{execution.ActivityId}={execution.Inputs!["Value"]}");
            run.End(execution.Id);
        }
        else if (waiting[choice - ready.Count] is { Due: { } due })
        {
            run.Pass(due > run.Now ? due - run.Now : TimeSpan.Zero);
        }
        else
        {
            run.Signal(waiting[choice - ready.Count].ActivityId);
        }

        return true;
    }

    /// <summary>The process dies before and after every commit of generated programs.</summary>
    [Fact]
    public async Task Program_CrashAtEveryCommit_DoesNotShow() =>
        await ProgramCrashes.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), programs: 25);
}
