using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;

namespace Kairship.Benchmarks.Engine;

/// <summary>The workflows that are measured.</summary>
internal static class Definitions
{
    public const string EventName = "go";

    private const int Length = 10;

    /// <summary>Ten no-op activities one after the other.</summary>
    public static string Sequence10 => Workflow("sequence10", Def.Sequence("root", Noops()));

    /// <summary>Ten no-op activities in a flowchart, each connected to the next.</summary>
    public static string Flowchart10 =>
        Workflow("flowchart10", Def.Flowchart("root", Noops(), [.. Enumerable.Range(1, Length - 1).Select(i => $"n{i} -> n{i + 1}")]));

    /// <summary>Waits for an event and ends.</summary>
    public static string Waiting => Workflow("waiting", Def.Sequence("root", Noop(1), Def.Event("wait", EventName), Noop(2)));

    /// <summary>Waits a second and ends.</summary>
    public static string Timed =>
        Workflow("timed", Def.Sequence("root", Def.Activity("Elsa.Delay", "delay", ("timeSpan", Def.Literal("00:00:01", "TimeSpan"))), Noop(1)));

    public static IReadOnlyList<string> All => [Sequence10, Flowchart10, Waiting, Timed];

    private static string Workflow(string id, JsonObject root) => Def.Workflow(id, root);

    private static JsonObject[] Noops() => [.. Enumerable.Range(1, Length).Select(Noop)];

    private static JsonObject Noop(int number) => Def.Activity(NoopActivity.TypeName, $"n{number}");
}

/// <summary>Does nothing.</summary>
internal sealed class NoopActivity : ControlActivity
{
    public const string TypeName = "Benchmark.Noop";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor.Create(TypeName, "Benchmark", "Does nothing.");

    public override void Execute(ControlContext context) => context.Complete();
}
