using System.Text.Json.Nodes;
using CsCheck;
using FluentAssertions;
using Kairship.Workflows.Storage;

namespace Kairship.Testing.Workflows.Programs;

/// <summary>Crashes at every commit of generated programs.</summary>
public static class ProgramCrashes
{
    private const int MostCommits = 25;

    /// <summary>Runs so many programs (a failure tells the seed), each once undisturbed, compared with the reference, and once for each crash.</summary>
    public static async Task RunAsync(Func<TimeProvider, Task<IWorkflowStore>> newStore, int programs)
    {
        var crashes = 0;
        await Gen.Int[0, int.MaxValue - 1].Where(HasEffects).SampleAsync(
            async seed =>
            {
                var program = new ProgramSource(seed, waits: false).Next(3);
                var expected = Reference.Of(program);
                var run = await CrashEverywhere.RunInAnyOrderAsync(newStore, Drawing.Definition(program, $"program-{seed}"));
                run.Status.Should().Be(InstanceStatus.Finished);
                run.Effects.Values.Should().BeEquivalentTo(expected.Effects);
                JsonNode.Parse(run.Variables)!["n"]!.GetValue<int>().Should().Be(expected.N);
                Interlocked.Add(ref crashes, 2 * run.Commits);
            },
            iter: programs, threads: 1);
        crashes.Should().BeGreaterThan(programs, "each has effects, and each commit is crashed at");
    }

    // Without any it proves nothing; with very many it takes too long.
    private static bool HasEffects(int seed) => Reference.Of(new ProgramSource(seed, waits: false).Next(3)).Effects.Count is > 0 and <= MostCommits;
}
