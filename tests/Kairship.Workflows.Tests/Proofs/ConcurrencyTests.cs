using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>Independent branches await their I/O at the same time, inside one instance.</summary>
public sealed class ConcurrencyTests
{
    private const int Branches = 20;

    public static TheoryData<string> Shapes => ["Parallel", "Fork", "ParallelForEach", "FlowFork", "SeveralConnections", "Nested"];

    /// <summary>No effect leaves before all have entered: were any two of them run in turn, this would never end.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Branches_AllWaitForEachOther_AndPass(string shape)
    {
        var (entered, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var engine = await LiveEngine.StartAsync(new InMemoryWorkflowStore(TimeProvider.System), during: (_, token) =>
        {
            if (Interlocked.Increment(ref entered) == Branches)
            {
                all.SetResult();
            }

            return all.Task.WaitAsync(token);
        });
        await using (engine)
        {
            await engine.ImportAsync(Def.Workflow("w", Shape(shape)));
            await engine.UntilStatusAsync(await engine.StartAsync("w"), InstanceStatus.Finished);
        }

        entered.Should().Be(Branches);
    }

    [Fact]
    public async Task AThousandBranchesWithEffects_AllRunOnce_AndNeverMoreAtATimeThanAllowed()
    {
        const int together = 25;
        var (running, most, entered) = (0, 0, 0);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new WorkflowRuntimeOptions { MaxConcurrentEffectsPerInstance = 50 };
        var engine = await LiveEngine.StartAsync(new InMemoryWorkflowStore(TimeProvider.System), options: options, during: async (_, token) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            var place = Interlocked.Increment(ref entered);
            if (place == together)
            {
                all.SetResult();
            }

            // The first wait for each other; those after them only take a moment.
            await (place <= together ? all.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, token) : Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, token));
            Interlocked.Decrement(ref running);
        });
        await using (engine)
        {
            await engine.ImportAsync(Def.Workflow("w", Def.Activity("Elsa.ParallelForEach", "root", ("items", Def.Js("Array.from({length: 1000}, (_, i) => i)")),
                ("body", Def.Sequence("s", Def.Effect("e", ("value", Def.Js("getCurrentValue()"))), Def.SetVariable("n", "n", "getN() + 1")))), ("n", "Int32", "0")));
            var id = await engine.StartAsync("w");
            await engine.UntilStatusAsync(id, InstanceStatus.Finished);

            engine.Ledger.Total.Should().Be(1000);
            engine.Ledger.Distinct.Values.Should().BeEquivalentTo(Enumerable.Range(0, 1000).Select(i => $"e={i}"));
            most.Should().BeInRange(together, 50);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value)
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private static JsonObject Shape(string shape)
    {
        JsonObject[] effects = [.. Enumerable.Range(0, Branches).Select(i => Def.Effect($"e{i}"))];
        string[] names = [.. Enumerable.Range(0, Branches).Select(i => $"b{i}")];
        return shape switch
        {
            "Parallel" => Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray([.. effects]))),
            "Fork" => Def.Activity("Elsa.Fork", "root", ("branches", new JsonArray([.. effects]))),
            "ParallelForEach" => Def.Activity("Elsa.ParallelForEach", "root", ("items", Def.Js($"Array.from({{length: {Branches}}}, (_, i) => i)")), ("body", Def.Effect("e"))),
            "FlowFork" => Def.Flowchart("root", [Def.Fork("f", names), .. effects], [.. names.Select((n, i) => $"f.{n} -> e{i}")]),
            "SeveralConnections" => Def.Flowchart("root", [Def.Activity("Elsa.Start", "go"), .. effects], [.. effects.Select((_, i) => $"go -> e{i}")]),
            _ => Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray(
                Def.Activity("Elsa.Parallel", "left", ("activities", new JsonArray([.. effects[..8]]))),
                Def.Flowchart("right", [Def.Activity("Elsa.Start", "go"), .. effects[8..]], [.. effects[8..].Select((_, i) => $"go -> e{i + 8}")])))),
        };
    }
}
