using System.Net;
using System.Text.Json.Nodes;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>The designer's tab TEST: one activity, really run, and nothing left of it.</summary>
public sealed class ActivityTestTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private HttpClient http = null!;
    private string version = "";

    public async ValueTask InitializeAsync()
    {
        http = server.Http(server.AdminToken);
        await server.Admin.SaveDraftAsync("tested", ElsaWorkflows.Tested);
        version = (await server.Services.GetRequiredService<IWorkflowStore>().FindDefinitionAsync("tested", VersionOption.LatestOnly, CancellationToken.None))!.VersionId;
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("say", "Completed", "42 and ***", "Done")]
    [InlineData("inner", "Completed", "inner 7", "Done")]
    [InlineData("decide", "Completed", "Condition", "True")]
    [InlineData("soon", "Completed", "00:00:00.2", "Done")]
    [InlineData("late", "Running", "WaitsFor", null)]
    [InlineData("bad", "Faulted", "JSON", null)]
    [InlineData("send", "Completed", "could not be reached", "Done")]
    public async Task Activity_IsRun_ByItself(string activity, string status, string shows, string? outcome)
    {
        var answer = await TestAsync(activity);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Body);
        answer.Json["status"]!.GetValue<string>().Should().Be(status, answer.Body);
        answer.Body.Should().Contain(shows).And.NotContain(ElsaWorkflows.Secret);
        answer.Json["activityState"].Should().BeOfType<JsonObject>("Studio reads it without looking whether it is there");
        (answer.Json["exception"] is not null).Should().Be(status == "Faulted");
        if (outcome is not null)
        {
            answer.Json["payload"]!["Outcomes"]!.AsArray().Select(o => o!.GetValue<string>()).Should().Equal(outcome);
        }
    }

    [Theory]
    [InlineData("event", "waits for what comes from outside")]
    [InlineData("task", "completes the task")]
    [InlineData("publish", "in a test nobody does")]
    [InlineData("plan", "kairship release")]
    [InlineData("start", "kairship release")]
    [InlineData("loop", "contains other activities")]
    [InlineData("root1", "could start at any of")]
    public async Task Activity_ThatCannotBeTriedByItself_SaysWhy(string activity, string why)
    {
        var answer = await TestAsync(activity);

        answer.Status.Should().Be(HttpStatusCode.OK, "Studio shows an answer, and fails on a refusal");
        answer.Json["status"]!.GetValue<string>().Should().Be("Faulted");
        answer.Json["activityState"]!["NotRun"]!.GetValue<string>().Should().Contain(why);
    }

    [Fact]
    public async Task Test_LeavesNothing_ButALineInTheAudit()
    {
        await TestAsync("say");
        await TestAsync("start");

        (await server.Admin.ListInstancesAsync()).Items.Should().NotContain(i => i.DefinitionId == "activity-test" || i.DefinitionId == "tested");
        (await server.Admin.ListReleasesAsync()).Total.Should().Be(0);
        (await server.Admin.ListWorkflowsAsync()).Items.Should().NotContain(w => w.DefinitionId == "activity-test");
        (await server.Admin.ListAuditAsync()).Items.Should().Contain(l => l.Action == "activity.test" && l.Subject == version && l.Detail == "say: Completed");
    }

    [Fact]
    public async Task Test_OfWhatIsNotThere_IsRefused()
    {
        (await TestAsync("nobody")).Status.Should().Be(HttpStatusCode.NotFound);
        (await http.PostElsaAsync("/tests/activities", """{"workflowDefinitionHandle": {"definitionVersionId": "none"}, "activityHandle": {"activityId": "say"}}""")).Status.Should().Be(HttpStatusCode.NotFound);
        (await http.PostElsaAsync("/tests/activities")).Status.Should().Be(HttpStatusCode.BadRequest);
        (await http.PostElsaAsync("/tests/activities", """{"workflowDefinitionHandle": {"definitionId": "tested"}, "activityHandle": {"activityId": "say"}}""")).Status.Should().Be(HttpStatusCode.OK);
    }

    private Task<ElsaAnswer> TestAsync(string activity) => http.PostElsaAsync(
        "/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityNodeId = $"Workflow1:root1:{activity}" } });
}
