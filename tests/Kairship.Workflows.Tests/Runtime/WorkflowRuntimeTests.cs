using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class WorkflowRuntimeTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Run_SequenceWithEffectDelayAndEvent_FinishesWithOutput()
    {
        var json = Def.Workflow("w", Def.Sequence("root",
            Def.Effect("a", ("value", Def.Js("1 + getInput('n')")), ("result", Def.Output("x"))),
            Def.Delay("wait", "00:10:00"),
            Def.Event("ev", "go", "y"),
            Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("sum")), ("outputValue", Def.Js("getX() + getY()")))), ("x", "Int32", "0"), ("y", "Int32", "0"));
        var id = await engine.RunAsync(json, new JsonObject { ["n"] = 2 });

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        await engine.EventAsync(id, "go", 40);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.SnapshotAsync(id)).Output["sum"]!.GetValue<int>().Should().Be(43);
        engine.Ledger.Distinct.Should().ContainKey($"{id}/a/1").And.HaveCount(1);
    }
}
