using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Triggers.Events;

/// <summary>Events and tasks over HTTP.</summary>
public sealed class EventTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Event_StartsAndResumes_OnceForEachKey()
    {
        await server.Admin.PushWorkflowAsync(SampleWorkflows.Flowchart("on-build", Event("build-done", starts: true)));

        var first = await server.Admin.PublishEventAsync("build-done", """{"image": "shop:2"}""", "c-1", "build-42");
        var again = await server.Admin.PublishEventAsync("build-done", """{"image": "shop:2"}""", "c-1", "build-42");
        var other = await server.Admin.PublishEventAsync("build-done");

        first.Started.Should().ContainSingle();
        again.Started.Concat(again.Resumed).Should().BeEmpty();
        other.Started.Should().ContainSingle().Which.Should().NotBe(first.Started[0]);
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(first.Started[0])).Instance is { Status: "Finished", CorrelationId: "c-1" }, "it ran");
    }

    [Fact]
    public async Task Event_ThatIsNoJsonOrFromAViewer_IsRefused()
    {
        using var viewer = Api.KairshipClient.Connect(server.Address, await server.KeyAsync("looks", "viewer"));

        (await FluentActions.Awaiting(() => server.Admin.PublishEventAsync("x", "{no json")).Should().ThrowAsync<Api.KairshipApiException>()).Which.Status.Should().Be(400);
        (await FluentActions.Awaiting(() => viewer.PublishEventAsync("x")).Should().ThrowAsync<Api.KairshipApiException>()).Which.Status.Should().Be(403);
    }

    [Fact]
    public async Task Task_IsListedCompletedAndKnownAfterwards()
    {
        await server.Admin.PushWorkflowAsync(SampleWorkflows.Flowchart("asks-by-event", Event("please", starts: true) + "," + """
            {"id": "ask", "type": "Elsa.RunTask", "taskName": {"typeName": "String", "expression": {"type": "Literal", "value": "sign"}}}
            """).Replace("\"connections\": []", "\"connections\": [{\"source\": {\"activity\": \"wait\", \"port\": \"Done\"}, \"target\": {\"activity\": \"ask\", \"port\": \"In\"}}]", StringComparison.Ordinal));
        var instance = (await server.Admin.PublishEventAsync("please")).Started.Single();
        await Eventually.HoldsAsync(async () => (await server.Admin.ListTasksAsync()).Items.Any(t => t.InstanceId == instance), "the task is asked for");
        var task = (await server.Admin.ListTasksAsync()).Items.Single(t => t.InstanceId == instance);
        task.Name.Should().Be("sign");

        (await server.Admin.CompleteTaskAsync(task.Id, JsonValue.Create("ok"))).Changed.Should().BeTrue();
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(instance)).Instance.Status == "Finished", "it went on");
        (await server.Admin.CompleteTaskAsync(task.Id, JsonValue.Create("again"))).Changed.Should().BeFalse();

        (await FluentActions.Awaiting(() => server.Admin.CompleteTaskAsync("nothing:ask:1")).Should().ThrowAsync<Api.KairshipApiException>()).Which.Status.Should().Be(404);
    }

    private static string Event(string name, bool starts) =>
        $$$$"""{"id": "wait", "type": "Elsa.Event", "customProperties": {"canStartWorkflow": {{{{(starts ? "true" : "false")}}}}}, "eventName": {"typeName": "String", "expression": {"type": "Literal", "value": "{{{{name}}}}"}}}""";
}
