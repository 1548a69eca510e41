using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>What is written down for a format, once: states of every kind of waiting. Run with KAIRSHIP_WRITE_GOLDEN=1 after a bump of the format; files of older formats stay.</summary>
internal static class GoldenScenarios
{
    /// <param name="Until">Brings a started instance to where its state is taken; nothing: runs what is due at once.</param>
    private sealed record Scenario(string Name, JsonObject Root, string[] Do, Func<WorkflowHarness, string, Task>? Until = null, params (string Name, string Type, string? Value)[] Variables);

    private static readonly Scenario[] All =
    [
        new("join-tokens", Def.Flowchart("root",
            [Def.Fork("f", "A", "B", "C"), Def.Effect("a", ("value", Def.Literal("a"))), Def.Event("b", "b", "answer"), Def.Delay("c", "01:00:00"), Def.Join("j", "WaitAll"),
             Def.Effect("after", ("value", Def.Js("getAnswer()")))],
            "f.A -> a", "f.B -> b", "f.C -> c", "a -> j", "b -> j", "c -> j", "j -> after"), ["signal event b \"yes\""], null, ("answer", "Object", null)),
        new("parallel-for-each", Def.Activity("Elsa.ParallelForEach", "root", ("items", Def.Input("Object", "[\"x\",\"y\",\"z\"]")),
            ("body", Def.Sequence("s", Def.Effect("first", ("value", Def.Js("getCurrentValue()"))), Def.Activity("Elsa.Event", "e", ("eventName", Def.Js("'go-' + getCurrentValue()", "String"))),
                Def.Effect("second", ("value", Def.Js("getCurrentValue() + getCurrentIndex()")))))), ["signal event go-x", "signal event go-z"],
            async (engine, id) =>
            {
                await engine.EventAsync(id, "go-y", key: "y");
                await engine.RunDueAsync();
            }),
        new("backing-off", Def.Sequence("root", Def.Effect("e", ("fail", Def.Literal("2")), ("value", Def.Literal("v"))), Def.Effect("next")), []),
        new("polling", Def.Sequence("root", Def.Effect("e", ("poll", Def.Literal("3", "Int32")), ("value", Def.Literal("v")))), []),
        new("loop-and-scopes", Def.Activity("Elsa.For", "root", ("start", Def.Literal("1", "Int32")), ("end", Def.Literal("3", "Int32")), ("body", Scoped())), [],
            async (engine, id) =>
            {
                engine.Time.Advance(TimeSpan.FromMinutes(1));
                await engine.RunDueAsync();
            }),
        new("faulted-with-redo", Def.Activity("Elsa.While", "root",
            ("condition", Def.Js("getX() == 1 && !getFixed() ? nosuch() : getX() < 2", "Boolean")),
            ("body", Def.Sequence("s", Def.Effect("e"), Def.SetVariable("set", "x", "getX() + 1")))), ["set fixed true", "retry"], null, ("x", "Int32", "0"), ("fixed", "Boolean", "false")),
        new("paused", Def.Sequence("root", Def.Event("e", "go", "answer"), Def.Effect("after", ("value", Def.Js("getAnswer()")))), ["signal event go 7", "resume"],
            async (engine, id) =>
            {
                await engine.Runtime.PauseAsync(id, CancellationToken.None);
                await engine.RunDueAsync();
            }, ("answer", "Object", null)),
        new("waiting-effect", Def.Sequence("root", Def.Effect("e", ("waitFor", Def.Literal("go")), ("value", Def.Literal("v")))), ["signal event go {\"by\":1}"]),
        new("waiting-for-a-child", Def.Sequence("root",
            Def.Activity("Elsa.ExecuteWorkflow", "child", ("workflowDefinitionId", Def.Literal("absent")), ("waitForCompletion", Def.Literal("true", "Boolean")), ("result", Def.Output("result"))),
            Def.Effect("after", ("value", Def.Js("getResult().output")))), ["signal workflow golden-child {\"status\":\"Finished\",\"output\":{\"a\":1}}"], null, ("result", "Object", null)),
    ];

    public static async Task WriteAsync(int format)
    {
        Directory.CreateDirectory(GoldenSnapshot.Folder(format));
        foreach (var scenario in All)
        {
            var json = Def.Workflow($"golden-{scenario.Name}", scenario.Root, scenario.Variables);
            await using var engine = new WorkflowHarness();
            await engine.ImportAsync(json);
            var started = await engine.Runtime.StartAsync(new() { DefinitionId = $"golden-{scenario.Name}", InstanceId = "golden" }, CancellationToken.None);
            started.Started.Should().BeTrue(started.Problem);
            await (scenario.Name == "waiting-for-a-child" ? engine.Runtime.RunAsync("golden", CancellationToken.None) : engine.RunDueAsync());
            await (scenario.Until?.Invoke(engine, "golden") ?? Task.CompletedTask);
            var golden = new GoldenSnapshot(
                JsonNode.Parse(json)!, engine.Time.GetUtcNow(), JsonNode.Parse((await engine.InstanceAsync("golden")).State.Span)!, Steps(scenario, (await engine.SnapshotAsync("golden")).Running), new JsonObject());
            (golden with { Expected = await golden.GoOnAsync() }).Write(Path.Combine(GoldenSnapshot.Folder(format), $"{scenario.Name}.json"));
        }

        File.WriteAllLines(Path.Combine(GoldenSnapshot.Folder(format), "properties.txt"), SnapshotFormat.Lines());
    }

    /// <summary>The child's id is the engine's to choose: the state says what is waited for.</summary>
    private static string[] Steps(Scenario scenario, IReadOnlyList<RunningActivity> running) => scenario.Name != "waiting-for-a-child" ? scenario.Do
        : [.. scenario.Do.Select(d => d.Replace("workflow golden-child", running.SelectMany(r => r.WaitingFor).Single(), StringComparison.Ordinal))];

    private static JsonObject Scoped()
    {
        var scope = Def.Sequence("s", Def.Effect("e", ("value", Def.Js("getLocal() + getCurrentValue()"))), Def.SetVariable("set", "local", "getLocal() + 10"), Def.Delay("d", "00:01:00"),
            Def.Effect("after", ("value", Def.Js("getLocal() + getCurrentValue()"))));
        scope["variables"] = new JsonArray(Def.Variable("local", "Int32", "100"));
        return scope;
    }
}
