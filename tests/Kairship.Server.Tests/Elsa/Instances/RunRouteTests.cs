using System.Net;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>Execute, dispatch, events, tasks.</summary>
public sealed class RunRouteTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        http = server.Http(server.AdminToken);
        await server.Admin.PushWorkflowAsync(ElsaWorkflows.Approved);
        await server.Admin.PushWorkflowAsync(ElsaWorkflows.Tasked);
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Execute_AnswersAtTheFirstWait_AndNamesTheInstance()
    {
        var answer = await http.PostElsaAsync("/workflow-definitions/approved/execute", """{"correlationId": null, "triggerActivityId": null, "versionOptions": "Latest", "input": {"Who": "ida"}}""");

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Body);
        var id = answer.Header("x-elsa-workflow-instance-id");
        answer.Header("x-elsa-workflow-cannot-start").Should().Be("false");
        answer.Header("Access-Control-Expose-Headers").Should().Contain("x-elsa-workflow-instance-id");
        var state = answer.Json["workflowState"]!;
        (Text(state, "id"), Text(state, "subStatus")).Should().Be((id, "Suspended"));
        (await server.Admin.ListAuditAsync()).Items.Should().Contain(l => l.Subject == "approved" && l.Action == "workflow.run" && l.Detail == id);
    }

    [Fact]
    public async Task Execute_OfADraft_RunsAndFreezesIt()
    {
        await server.Admin.SaveDraftAsync("drafted", """
            {"definitionId": "drafted", "name": "Drafted", "root": {"id": "r", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "Literal", "value": "from a draft"}}}}
            """);

        (await http.PostElsaAsync("/workflow-definitions/drafted/execute", """{"versionOptions": "Published"}""")).Should().Match<ElsaAnswer>(
            a => a.Status == HttpStatusCode.NotFound && a.Header("x-elsa-workflow-cannot-start") == "true");
        var id = await http.RunAsync("drafted");

        (await http.GetElsaAsync($"/workflow-instances/{id}/journal?take=1000")).Body.Should().Contain("from a draft");
        (await http.GetElsaAsync($"/workflow-instances/{id}")).Json["subStatus"]!.GetValue<string>().Should().Be("Finished");
    }

    [Theory]
    [InlineData("Draft", "published-only", HttpStatusCode.NotFound)]
    [InlineData("LatestAndPublished", "published-only", HttpStatusCode.OK)]
    [InlineData("1", "published-only", HttpStatusCode.OK)]
    [InlineData("Draft", "draft-only", HttpStatusCode.OK)]
    [InlineData("LatestAndPublished", "draft-only", HttpStatusCode.NotFound)]
    [InlineData("LatestOrPublished", "draft-only", HttpStatusCode.OK)]
    [InlineData("9", "draft-only", HttpStatusCode.NotFound)]
    public async Task Dispatch_RunsTheVersionThatIsAskedForAndNoOther(string versionOptions, string definitionId, HttpStatusCode expected)
    {
        var json = $$$"""
            {"definitionId": "{{{definitionId}}}", "name": "{{{definitionId}}}", "root": {"id": "r", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "Literal", "value": "x"} } } }
            """;
        await (definitionId == "draft-only" ? server.Admin.SaveDraftAsync(definitionId, json, "*") : (Task)server.Admin.PushWorkflowAsync(json));

        var answer = await http.PostElsaAsync($"/workflow-definitions/{definitionId}/dispatch", $$"""{"versionOptions": "{{versionOptions}}"}""");

        answer.Status.Should().Be(expected, answer.Body);
    }

    [Fact]
    public async Task Dispatch_StartsOnceForEachKeyOrId()
    {
        var first = await http.ElsaAsync(HttpMethod.Post, "/workflow-definitions/approved/dispatch", """{"input": {"Who": "jan"}}""", ("Idempotency-Key", "k1"));
        var again = await http.ElsaAsync(HttpMethod.Post, "/workflow-definitions/approved/dispatch", """{"input": {"Who": "jan"}}""", ("Idempotency-Key", "k1"));
        var named = await http.PostElsaAsync("/workflow-definitions/approved/dispatch", """{"instanceId": "my-own-id", "input": {"Who": "jan"}}""");
        var many = await http.PostElsaAsync("/workflow-definitions/approved/bulk-dispatch", """{"count": 3, "input": {"Who": "jan"}}""");

        Text(first.Json, "workflowInstanceId").Should().NotBeNull().And.Be(Text(again.Json, "workflowInstanceId"));
        Text(named.Json, "workflowInstanceId").Should().Be("my-own-id");
        many.Json["workflowInstanceIds"]!.AsArray().Select(i => i!.GetValue<string>()).Should().HaveCount(3).And.OnlyHaveUniqueItems();
        foreach (var id in many.Json["workflowInstanceIds"]!.AsArray())
        {
            (await http.GetElsaAsync($"/workflow-instances/{id}")).Status.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Event_ReachesWhoWaits_OrTheOneThatIsNamed()
    {
        string[] ids = [await http.RunAsync("approved", new { Who = "kim" }, "k-1"), await http.RunAsync("approved", new { Who = "kim" }, "k-2"), await http.RunAsync("approved", new { Who = "kim" }, "k-3")];

        (await http.PostElsaAsync("/events/approve-kim/trigger", new { workflowInstanceId = ids[0] })).Status.Should().Be(HttpStatusCode.OK);
        await IsAsync(ids[0], "Finished");
        await IsAsync(ids[1], "Suspended");
        (await http.PostElsaAsync("/events/approve-kim/trigger", new { correlationId = "k-2" })).Status.Should().Be(HttpStatusCode.OK);
        await IsAsync(ids[1], "Finished");
        await IsAsync(ids[2], "Suspended");
        var anonymous = await http.PostElsaAsync("/events/approve-kim/trigger");
        (anonymous.Status, anonymous.Body).Should().Be((HttpStatusCode.OK, ""));
        await IsAsync(ids[2], "Finished");

        (await http.PostElsaAsync("/events/approve-kim/trigger", new { workflowInstanceId = ids[0] })).Status.Should().Be(HttpStatusCode.Conflict);
        (await http.PostElsaAsync("/events/approve-kim/trigger", new { workflowInstanceId = "nobody" })).Status.Should().Be(HttpStatusCode.NotFound);
        (await http.PostElsaAsync("/events/approve-kim/trigger", new { activityInstanceId = "x" })).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Task_IsCompleted_WithItsResult()
    {
        var id = await http.RunAsync("tasked");
        var task = (await server.Admin.ListTasksAsync()).Items.Single(t => t.InstanceId == id);

        (await http.PostElsaAsync($"/tasks/{Uri.EscapeDataString(task.Id)}/complete", """{"result": 42}""")).Status.Should().Be(HttpStatusCode.OK);
        await IsAsync(id, "Finished");
        (await http.PostElsaAsync($"/tasks/{Uri.EscapeDataString(task.Id)}/complete", """{"result": 43}""")).Status.Should().Be(HttpStatusCode.OK, "the first result counts, a repetition changes nothing");
        (await http.PostElsaAsync("/tasks/nobody/complete")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("viewer", false)]
    [InlineData("designer", false)]
    [InlineData("deployer", true)]
    [InlineData("publisher", true)]
    public async Task TaskPayload_IsShown_ToWhoMayDoTheTask(string role, bool shown)
    {
        await server.Admin.PushWorkflowAsync($$$$"""
            {"definitionId": "asks-{{{{role}}}}", "name": "asks", "root": {"id": "root1", "type": "Elsa.Sequence", "version": 1, "activities": [
               {"id": "ask", "type": "Elsa.RunTask", "version": 1, "taskName": {"typeName": "String", "expression": {"type": "Literal", "value": "count"}},
                "payload": {"typeName": "Object", "expression": {"type": "JavaScript", "value": "({token: '{{{{ElsaWorkflows.Secret}}}}'})"}}}]}}
            """);
        var id = await http.RunAsync($"asks-{role}");
        using var client = Kairship.Api.KairshipClient.Connect(server.Address, await server.KeyAsync($"task-{role}", role));

        var task = (await client.ListTasksAsync()).Items.Single(t => t.InstanceId == id);

        (task.Payload?.ToJsonString().Contains(ElsaWorkflows.Secret, StringComparison.Ordinal) ?? false).Should().Be(shown, "what a task is about may be a secret, and it needs no other right to look at the list");
    }

    private Task IsAsync(string id, string subStatus) => Eventually.HoldsAsync(
        async () => Text((await http.GetElsaAsync($"/workflow-instances/{id}/execution-state")).Json, "subStatus") == subStatus, $"{id} is {subStatus}");

    private static string? Text(JsonNode node, string name) => node[name]?.GetValue<string>();
}
