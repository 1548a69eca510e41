using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Workflows.Tests.Activities;

public sealed class RunTaskTests
{
    [Fact]
    public async Task Task_IsListedAndCompletedOnce_AndItsResultGoesOn()
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Sign);

        var task = (await engine.Runtime.ListTasksAsync(new PageRequest(), CancellationToken.None)).Items.Should().ContainSingle().Subject;
        task.Should().BeEquivalentTo(new { Name = "sign", InstanceId = id, DefinitionId = "sign-off", ActivityId = "ask" });
        task.Payload!.ToJsonString().Should().Be("{\"doc\":7}");
        (await engine.SnapshotAsync(id)).Variables["asked"]!.GetValue<string>().Should().Be(task.Id);

        (await CompleteAsync(engine, task.Id, "first")).Should().Be(TaskOutcome.Completed);
        (await CompleteAsync(engine, task.Id, "second")).Should().Be(TaskOutcome.AlreadyCompleted, "it was posted");
        await engine.RunToRestAsync();
        (await CompleteAsync(engine, task.Id, "third")).Should().Be(TaskOutcome.AlreadyCompleted, "it was consumed");

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.SnapshotAsync(id)).Variables["answer"]!.GetValue<string>().Should().Be("first");
        (await engine.Runtime.ListTasksAsync(new PageRequest(), CancellationToken.None)).Total.Should().Be(0);
    }

    [Fact]
    public async Task Task_OfACancelledInstance_IsNoLongerWanted()
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Sign);
        await engine.Runtime.CancelAsync(id, CancellationToken.None);
        await engine.RunDueAsync();

        (await CompleteAsync(engine, $"{id}:ask:1", "late")).Should().Be(TaskOutcome.NoLongerWanted);
    }

    [Fact]
    public async Task Result_ThatIsTooLarge_IsRefusedAndTheTaskStaysOpen()
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Sign);

        (await CompleteAsync(engine, $"{id}:ask:1", new string('x', 300_000))).Should().Be(TaskOutcome.TooLarge);

        (await CompleteAsync(engine, $"{id}:ask:1", "short")).Should().Be(TaskOutcome.Completed);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("other:ask:1")]
    [InlineData("ID:ask:2")]
    [InlineData("ID:root:1")]
    [InlineData("ID:ask:-1")]
    public async Task Task_ThatNeverWas_IsNotFound(string taskId)
    {
        await using var engine = new WorkflowHarness();
        var id = await engine.RunAsync(Sign);

        (await CompleteAsync(engine, taskId.Replace("ID", id, StringComparison.Ordinal), "x")).Should().Be(TaskOutcome.NotFound);
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
    }

    private static string Sign => Def.Workflow("sign-off", Def.Sequence("root",
        Def.Activity("Elsa.RunTask", "ask", ("taskName", Def.Literal("sign")), ("payload", Def.Js("({doc: 7})", "ObjectDictionary")), ("taskId", Def.Output("asked")), ("result", Def.Output("answer")))),
        ("asked", "String", null), ("answer", "Object", null));

    private static Task<TaskOutcome> CompleteAsync(WorkflowHarness engine, string taskId, string result) =>
        engine.Runtime.CompleteTaskAsync(taskId, JsonValue.Create(result), CancellationToken.None);
}
