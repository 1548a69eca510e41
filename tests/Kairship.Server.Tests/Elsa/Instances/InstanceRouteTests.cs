using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>Instances as Studio reads them.</summary>
public sealed class InstanceRouteTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        http = server.Http(server.AdminToken);
        await server.Admin.PushWorkflowAsync(ElsaWorkflows.Approved);
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task WaitingInstance_ShowsWhereItStands_WithoutItsSecrets()
    {
        var id = await http.RunAsync("approved", new { Who = "ann", Key = ElsaWorkflows.Secret }, "order-7");

        var instance = await http.GetElsaAsync($"/workflow-instances/{id}");

        instance.Body.Should().NotContain(ElsaWorkflows.Secret);
        var state = instance.Json["workflowState"]!;
        new[] { Text(instance.Json, "status"), Text(instance.Json, "subStatus"), Text(state, "status"), Text(state, "subStatus") }.Should().Equal("Running", "Suspended", "Running", "Suspended");
        (Text(instance.Json, "correlationId"), Text(state["input"]!, "Who"), Text(state["input"]!, "Key")).Should().Be(("order-7", "ann", "***"));
        var bookmark = state["bookmarks"]!.AsArray().Single()!;
        (Text(bookmark, "name"), Text(bookmark, "activityNodeId"), Text(bookmark["payload"]!, "eventName")).Should().Be(("Elsa.Event", "Workflow1:root1:a3", "approve-ann"));
        state["activityExecutionContexts"]!.AsArray().Select(c => Text(c!, "scheduledActivityNodeId")).Should().BeEquivalentTo("Workflow1", "Workflow1:root1", "Workflow1:root1:a3");
        foreach (var context in state["activityExecutionContexts"]!.AsArray())
        {
            var execution = await http.GetElsaAsync($"/activity-executions/by-id?id={Uri.EscapeDataString(Text(context!, "id")!)}");
            execution.Status.Should().Be(HttpStatusCode.OK, "an id means the same to both lists");
            execution.Json["callStackDepth"]!.GetValue<int>().Should().Be(context!["callStackDepth"]!.GetValue<int>());
        }

        Text((await http.GetElsaAsync($"/workflow-instances/{id}/execution-state")).Json, "workflowSubStatus").Should().Be("Suspended");
    }

    [Fact]
    public async Task FaultedInstance_HasItsIncident_AtItsNode()
    {
        var id = await http.RunAsync("approved", new { Who = "bob", Key = ElsaWorkflows.Secret, Fails = true });
        (await http.PostElsaAsync("/events/approve-bob/trigger")).Status.Should().Be(HttpStatusCode.OK);
        await EndsAsync(id, "Faulted");

        var instance = await http.GetElsaAsync($"/workflow-instances/{id}");
        var journal = await http.PostElsaAsync($"/workflow-instances/{id}/journal?skip=0&take=100");

        (instance.Body + journal.Body).Should().NotContain(ElsaWorkflows.Secret);
        instance.Json["incidentCount"]!.GetValue<int>().Should().Be(1);
        var incident = instance.Json["workflowState"]!["incidents"]!.AsArray().Single()!;
        (Text(incident, "activityId"), Text(incident, "activityNodeId"), Text(incident, "activityType")).Should().Be(("a5", "Workflow1:root1:a4:a5", "Elsa.Fault"));
        Text(incident, "message").Should().Be("no luck with ***");
        Text(incident["exception"]!, "message").Should().Be("no luck with ***");
        var fault = journal.Json["items"]!.AsArray().Single(l => Text(l!, "eventName") == "Faulted" && Text(l!, "activityId") == "a5")!;
        fault["payload"]!["exception"].Should().NotBeNull();
        Text(fault["payload"]!, "message").Should().Contain("no luck with ***");
    }

    [Fact]
    public async Task Journal_IsFilteredAsAsked_AndPaged()
    {
        var id = await http.RunAsync("approved", new { Who = "cid" });
        var all = (await http.GetElsaAsync($"/workflow-instances/{id}/journal?take=1000")).Json["items"]!.AsArray().Select(n => n!).ToList();
        all.Should().OnlyContain(l => l["activityInstanceId"] != null && l["sequence"] != null);
        all.Select(l => l["sequence"]!.GetValue<long>()).Should().BeInAscendingOrder();
        all.Should().Contain(l => Text(l, "activityType") == "Elsa.Workflow", "the instance's own lines are those of the workflow");

        foreach (var (filter, holds) in Filters())
        {
            var expected = all.Where(holds).Select(l => Text(l, "id")).ToList();
            var found = await http.PostElsaAsync($"/workflow-instances/{id}/journal?skip=1&take=2", new JsonObject { ["filter"] = filter.DeepClone() });
            found.Json["totalCount"]!.GetValue<int>().Should().Be(expected.Count, filter.ToJsonString());
            found.Json["items"]!.AsArray().Select(l => Text(l!, "id")).Should().Equal(expected.Skip(1).Take(2));
        }

        Text((await http.GetElsaAsync($"/workflow-instances/{id}/journal/a1")).Json, "eventName").Should().Be("Completed", "the last line of the activity");
        (await http.GetElsaAsync($"/workflow-instances/{id}/journal/a9")).Status.Should().Be(HttpStatusCode.NotFound);
        var greet = all.First(l => Text(l, "activityId") == "a1");
        (Text(greet, "activityName"), Text(greet, "parentActivityInstanceId")).Should().Be(("Greet", $"{id}/root1/1"));
    }

    [Fact]
    public async Task Variables_AreSet_WithTheirTypes_AndMaskedOnesStay()
    {
        var id = await http.RunAsync("approved", new { Who = "dan", Key = ElsaWorkflows.Secret });
        var path = $"/workflow-instances/{id}/variables";

        var before = await http.GetElsaAsync(path);
        before.Json["items"]!.AsArray().Select(v => $"{v!["id"]} {v["name"]} {v["value"]?.ToJsonString()}").Should().Equal("v1 Attempt 0", "v2 Key \"***\"", "v3 Note ");
        var set = await http.PostElsaAsync(path, """{"variables": [{"id": "v1", "value": "7"}, {"id": "Note", "value": "by hand"}]}""");

        set.Status.Should().Be(HttpStatusCode.OK, set.Body);
        set.Json["items"]!.AsArray().Select(v => v!["value"]?.ToJsonString()).Should().Equal("7", "\"***\"", "\"by hand\"");
        foreach (var (body, status) in new[]
        {
            ("""{"variables": [{"id": "v1", "value": "many"}]}""", 409), ("""{"variables": [{"id": "nobody", "value": 1}]}""", 409), ("""{"variables": [{"id": "v2", "value": "***"}]}""", 422),
            ("""{"variables": []}""", 400), ("{}", 400), ("""{"variables": [{"id": "v1"}]}""", 400), ("""{"variables": [null]}""", 400),
        })
        {
            var refused = await http.PostElsaAsync(path, body);
            ((int)refused.Status).Should().Be(status, body + refused.Body);
        }

        (await server.Admin.ListAuditAsync()).Items.Should().Contain(l => l.Subject == id && l.Action == "instance.set-variable" && l.Detail == "v1, Note");
        (await http.GetElsaAsync($"/workflow-instances/{id}/journal?take=1000")).Body.Should().NotContain(ElsaWorkflows.Secret);
    }

    [Fact]
    public async Task Cancel_EndsIt_AndDelete_TakesOnlyWhatHasEnded()
    {
        var id = await http.RunAsync("approved", new { Who = "eve" });

        (await http.ElsaAsync(HttpMethod.Delete, $"/workflow-instances/{id}")).Should().Match<ElsaAnswer>(a => a.Status == HttpStatusCode.Conflict && a.Detail.Contains("cancel it first"));
        (await http.PostElsaAsync($"/cancel/workflow-instances/{id}")).Status.Should().Be(HttpStatusCode.OK);
        await EndsAsync(id, "Cancelled");
        (await http.GetElsaAsync($"/workflow-instances/{id}")).Json["workflowState"]!["activityExecutionContexts"]!.AsArray().Should().BeEmpty();
        (await http.PostElsaAsync($"/cancel/workflow-instances/{id}")).Status.Should().Be(HttpStatusCode.Conflict);
        (await http.ElsaAsync(HttpMethod.Delete, $"/workflow-instances/{id}")).Status.Should().Be(HttpStatusCode.NoContent);
        (await http.GetElsaAsync($"/workflow-instances/{id}")).Status.Should().Be(HttpStatusCode.NotFound);
        (await http.ElsaAsync(HttpMethod.Delete, $"/workflow-instances/{id}")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task BulkActions_DoWhatTheyCan_AndNameTheRest()
    {
        string[] ids = [await http.RunAsync("approved", new { Who = "f1" }), await http.RunAsync("approved", new { Who = "f2" })];

        var cancelled = await http.PostElsaAsync("/bulk-actions/cancel/workflow-instances", new { ids = ids.Append("nobody").Append(ids[0]) });
        (cancelled.Json["cancelled"]!.GetValue<int>(), Text(cancelled.Json["left"]![0]!, "id")).Should().Be((2, "nobody"));
        await EndsAsync(ids[0], "Cancelled");
        await EndsAsync(ids[1], "Cancelled");
        var third = await http.RunAsync("approved", new { Who = "f3" });
        var deleted = await http.PostElsaAsync("/bulk-actions/delete/workflow-instances/by-id", new { ids = ids.Append(third) });

        (deleted.Json["deleted"]!.GetValue<int>(), Text(deleted.Json["left"]![0]!, "id")).Should().Be((2, third));
        (await http.PostElsaAsync("/bulk-actions/cancel/workflow-instances", new { definitionId = "approved" })).Json["cancelled"]!.GetValue<int>().Should().BeGreaterThan(0);
        await EndsAsync(third, "Cancelled");
    }

    [Fact]
    public async Task Export_IsWhatIsShown_AndIsNotImported()
    {
        var id = await http.RunAsync("approved", new { Who = "gil", Key = ElsaWorkflows.Secret });

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var one = await http.ElsaAsync(method, $"/workflow-instances/{id}/export");
            one.Body.Should().NotContain(ElsaWorkflows.Secret);
            (Text(one.Json, "format"), Text(one.Json["instance"]!, "id")).Should().Be(("kairship-instance/1", id));
            one.Json["journal"]!.AsArray().Should().NotBeEmpty();
            one.Response.Content.Headers.ContentDisposition!.FileName.Should().Be($"workflow-instance-{id}.json");
        }

        using var response = await http.PostAsync("/elsa/api/bulk-actions/export/workflow-instances", new StringContent($$"""{"ids": ["{{id}}"]}""", null, "application/json"), TestContext.Current.CancellationToken);
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        using var entry = new StreamReader(zip.Entries.Single().Open());
        var inZip = await entry.ReadToEndAsync(TestContext.Current.CancellationToken);
        inZip.Should().Contain(id).And.NotContain(ElsaWorkflows.Secret);
        (await http.PostElsaAsync("/bulk-actions/export/workflow-instances", new { ids = new[] { id, "nobody" } })).Status.Should().Be(HttpStatusCode.NotFound);
        (await http.PostElsaAsync("/bulk-actions/import/workflow-instances")).Should().Match<ElsaAnswer>(a => a.Status == HttpStatusCode.NotImplemented && a.Detail.Contains("masked"));
    }

    [Fact]
    public async Task List_AnswersTheSame_FromBodyAndQuery()
    {
        var id = await http.RunAsync("approved", new { Who = "hal" }, "list-1");
        await http.RunAsync("approved", new { Who = "hal2" }, "list-2");
        const string Times = """[{"column": "CreatedAt", "operator": "GreaterThan", "timestamp": "2020-01-01T00:00:00Z"}]""";

        var body = await http.PostElsaAsync(
            "/workflow-instances",
            $$"""{"page": 0, "pageSize": 10, "searchTerm": "", "definitionIds": ["approved"], "correlationId": "list-1", "isSystem": false, "statuses": ["Running"], "subStatuses": [], "orderBy": "UpdatedAt", "orderDirection": "Descending", "timestampFilters": {{Times}}}""");
        var query = await http.GetElsaAsync(
            $"/workflow-instances?page=0&pageSize=10&definitionIds=approved&correlationId=list-1&isSystem=false&statuses=Running&orderBy=UpdatedAt&orderDirection=Descending&timestampFilters={Uri.EscapeDataString(Times)}");

        (body.Status, body.Body).Should().Be((query.Status, query.Body));
        body.Json["items"]!.AsArray().Select(i => Text(i!, "id")).Should().Equal(id);
        body.Json["totalCount"]!.GetValue<int>().Should().Be(1);
    }

    private static IEnumerable<(JsonObject Filter, Func<JsonNode, bool> Holds)> Filters()
    {
        yield return (new JsonObject(), _ => true);
        yield return (new JsonObject { ["activityIds"] = new JsonArray("a1", "a3") }, l => Text(l, "activityId") is "a1" or "a3");
        yield return (new JsonObject { ["activityNodeIds"] = new JsonArray("Workflow1:root1:a1") }, l => Text(l, "nodeId") == "Workflow1:root1:a1");
        yield return (new JsonObject { ["excludedActivityTypes"] = new JsonArray("Elsa.Workflow", "Elsa.Sequence") }, l => Text(l, "activityType") is not ("Elsa.Workflow" or "Elsa.Sequence"));
        yield return (new JsonObject { ["eventNames"] = new JsonArray("Completed") }, l => Text(l, "eventName") == "Completed");
        yield return (
            new JsonObject { ["activityIds"] = null, ["excludedActivityTypes"] = new JsonArray("Elsa.Event"), ["eventNames"] = new JsonArray("Started", "Suspended") },
            l => Text(l, "activityType") != "Elsa.Event" && Text(l, "eventName") is "Started" or "Suspended" && Text(l, "activityType") != "Elsa.Event");
    }

    private Task EndsAsync(string id, string subStatus) => Eventually.HoldsAsync(
        async () => Text((await http.GetElsaAsync($"/workflow-instances/{id}/execution-state")).Json, "subStatus") == subStatus, $"{id} is {subStatus}",
        async () => (await http.GetElsaAsync($"/workflow-instances/{id}")).Body);

    private static string? Text(JsonNode node, string name) => node[name]?.GetValue<string>();
}
