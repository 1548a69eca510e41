using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Workflows;

public sealed class InstanceOperationTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Definition = """
        {"definitionId": "operated", "name": "operated", "variables": [{"id": "n", "name": "n", "typeName": "Int32", "value": "0"}],
         "root": {"id": "root", "type": "Elsa.Sequence", "version": 1, "activities": [
           {"id": "wait", "type": "Elsa.Event", "version": 1, "eventName": {"typeName": "String", "expression": {"type": "Literal", "value": "never"}}},
           {"id": "bad", "type": "Elsa.Fault", "version": 1, "message": {"typeName": "String", "expression": {"type": "Literal", "value": "on purpose"}}}]}}
        """;

    [Fact]
    public async Task Operations_OverHttp_AreCarriedOutAndAudited()
    {
        await server.Admin.PushWorkflowAsync(Definition);
        var started = await server.Services.GetRequiredService<WorkflowRuntime>().StartAsync(new StartRequest { DefinitionId = "operated" }, TestContext.Current.CancellationToken);
        var id = started.InstanceId!;
        await StatusIsAsync(id, "Suspended");

        await server.Admin.PauseInstanceAsync(id);
        await StatusIsAsync(id, "Paused");
        (await RefusedAsync(a => a.SetVariableAsync(id, "n", new SetVariableRequest(JsonSerializer.SerializeToElement("seven"))))).Should().Be(409);
        (await RefusedAsync(a => a.SetVariableAsync(id, "m", new SetVariableRequest(JsonSerializer.SerializeToElement(7))))).Should().Be(409);
        await server.Admin.SetVariableAsync(id, "n", new SetVariableRequest(JsonSerializer.SerializeToElement("7")));
        await server.Admin.ResumeInstanceAsync(id);
        await StatusIsAsync(id, "Suspended");
        (await RefusedAsync(a => a.SkipActivityAsync(id, new SkipActivityRequest("nobody")))).Should().Be(409);
        (await RefusedAsync(a => a.SkipActivityAsync(id, new SkipActivityRequest("")))).Should().Be(400);
        await server.Admin.SkipActivityAsync(id, new SkipActivityRequest("wait"));
        await StatusIsAsync(id, "Faulted");
        await server.Admin.RetryInstanceAsync(id, "bad");
        await Eventually.HoldsAsync(
            async () => (await server.Admin.GetJournalAsync(id)).Items.Count(l => l.Event == "Faulted") == 2, "it was tried again");
        await StatusIsAsync(id, "Faulted");
        await server.Admin.SkipActivityAsync(id, new SkipActivityRequest("bad"));
        await StatusIsAsync(id, "Finished");

        (await RefusedAsync(a => a.RetryInstanceAsync(id))).Should().Be(409);
        (await RefusedAsync(a => a.PauseInstanceAsync("none"))).Should().Be(404);
        (await server.Admin.ListAuditAsync()).Items.Where(l => l.Subject == id).Select(l => l.Action)
            .Should().Contain(["instance.pause", "instance.resume", "instance.skip", "instance.retry", "instance.set-variable"]);
    }

    private async Task<int> RefusedAsync(Func<KairshipClient, Task<InstanceInfo>> act) =>
        (await server.Admin.Invoking(act).Should().ThrowAsync<KairshipApiException>()).Which.Status;

    private Task StatusIsAsync(string id, string status) =>
        Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(id)).Instance.Status == status, $"the instance is {status}");
}
