using System.Diagnostics;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;

namespace Kairship.Benchmarks.Engine;

/// <summary>
/// Ten no-op activities without a database. The core runner: make a state, run the interpreter from the first event to the end, take the transition with its
/// journal; on one thread; the snapshot is not serialised (the row with "-serialised" says what that adds). And the whole runtime over the store in memory.
/// </summary>
internal static class MemoryBenchmark
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(EngineOptions options)
    {
        if (options.Wants("memory-sequence10", "memory-flowchart10", "memory-alloc-kb", "memory-sequence10-serialised"))
        {
            Core(options);
        }

        if (options.Wants("memory-runtime-sequence10", "memory-runtime-flowchart10"))
        {
            await RuntimeAsync(options);
        }
    }

    private static void Core(EngineOptions options)
    {
        var expressions = new ExpressionCompiler();
        var compiler = new DefinitionCompiler(new ActivityRegistry(BuiltInActivities.Create(expressions).Append(new NoopActivity())), expressions);
        var sequence = Compile(compiler, Definitions.Sequence10);
        var flowchart = Compile(compiler, Definitions.Flowchart10);
        var rates = new Dictionary<string, List<double>>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            foreach (var (row, graph, serialise) in new[]
            {
                ("memory-sequence10", sequence, false), ("memory-flowchart10", flowchart, false), ("memory-sequence10-serialised", sequence, true),
            })
            {
                var rate = Rate(graph, serialise, options.Round / 2);
                if (round > 0)
                {
                    rates.TryAdd(row, []);
                    rates[row].Add(rate);
                }
            }
        }

        foreach (var (row, values) in rates)
        {
            options.Print(row, values.Median(), "workflows/s", ("threads", 1), ("rounds", values.Spread()));
        }

        var (ofSequence, ofFlowchart) = (AllocatedKb(sequence), AllocatedKb(flowchart));
        options.Print("memory-alloc-kb", Math.Max(ofSequence, ofFlowchart), "KB", ("sequence10", Math.Round(ofSequence, 2)), ("flowchart10", Math.Round(ofFlowchart, 2)));
    }

    private static WorkflowGraph Compile(DefinitionCompiler compiler, string json)
    {
        var compiled = compiler.Compile(WorkflowDefinition.Parse(json), "v1", 1);
        return compiled.Graph ?? throw new InvalidOperationException(string.Join("; ", compiled.Problems.Select(p => p.Message)));
    }

    private static double Rate(WorkflowGraph graph, bool serialise, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        do
        {
            for (var i = 0; i < 100; i++)
            {
                Run(graph, serialise);
            }

            count += 100;
        }
        while (Stopwatch.GetElapsedTime(start) < duration);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double AllocatedKb(WorkflowGraph graph)
    {
        const int Count = 2000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
        {
            Run(graph, serialise: false);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / 1024.0 / Count;
    }

    private static void Run(WorkflowGraph graph, bool serialise)
    {
        var state = new InstanceState
        {
            Id = "0192f0c4a1b27c3d8e4f5a6b7c8d9e0f", DefinitionId = graph.DefinitionId, VersionId = graph.VersionId, Version = graph.Version, ContentHash = graph.ContentHash,
        };
        var interpreter = new Interpreter(graph, state);
        interpreter.Apply(new InstanceEvent.Started(At));
        var transition = interpreter.TakeTransition();
        if (state.Phase != StatePhase.Finished || transition.Journal.Count < 20 || (serialise && StateSerializer.Write(state).Length == 0))
        {
            throw new InvalidOperationException($"The workflow is {state.Phase} after {transition.Journal.Count} lines of journal.");
        }
    }

    private static async Task RuntimeAsync(EngineOptions options)
    {
        foreach (var definition in new[] { "sequence10", "flowchart10" })
        {
            var rates = new List<double>();
            for (var round = 0; round <= options.Rounds; round++)
            {
                // Each round has a store of its own: this one keeps all that ended.
                var rig = await EngineRig.OpenAsync(null);
                await using (rig)
                {
                    await rig.ImportAsync();
                    rates.Add(await EngineRig.ThroughputAsync(EngineOptions.Callers, options.Round / 2, () => rig.StartToRestAsync(definition)));
                }
            }

            options.Print(
                $"memory-runtime-{definition}", rates.Skip(1).Median(), "workflows/s", ("callers", EngineOptions.Callers), ("rounds", rates.Skip(1).Spread()));
        }
    }
}
