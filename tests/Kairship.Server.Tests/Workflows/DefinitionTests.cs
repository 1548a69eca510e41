using System.Text;
using Kairship.Api;
using Kairship.Api.Workflows;

namespace Kairship.Server.Tests.Workflows;

public sealed class DefinitionTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Definition_FromDraftToRetraction_OverTheApi()
    {
        var first = Document("edited", "one");
        (await server.Admin.ValidateWorkflowAsync(first)).Valid.Should().BeTrue();
        (await server.Admin.ValidateWorkflowAsync(SampleWorkflows.Flowchart("x", """{"id": "odd", "type": "Elsa.Teleport"}"""))).Problems
            .Should().Contain(p => p.Severity == "error" && p.ActivityId == "odd" && p.Property == "type");

        var draft = await server.Admin.SaveDraftAsync("edited", first);
        draft.Workflow.Should().Match<WorkflowInfo>(w => w.Version == 1 && !w.IsPublished);
        await RefusedAsync(409, () => server.Admin.SaveDraftAsync("edited", Document("edited", "two")));
        var second = await server.Admin.SaveDraftAsync("edited", Document("edited", "two"), draft.Workflow.ContentHash);
        second.Workflow.Version.Should().Be(1);

        (await server.Admin.PublishWorkflowAsync("edited")).Changed.Should().BeTrue();
        (await server.Admin.SaveDraftAsync("edited", Document("edited", "three"), "*")).Workflow.Version.Should().Be(2);
        (await server.Admin.RevertWorkflowAsync("edited", 1)).Workflow.Version.Should().Be(3);
        (await server.Admin.ListWorkflowVersionsAsync("edited")).Items.Select(v => (v.Version, v.IsPublished)).Should().Equal((3, false), (2, false), (1, true));
        (await server.Admin.GetWorkflowAsync("edited", 3)).Should().Contain("\"two\"").And.Contain("\"isLatest\": true");

        (await server.Admin.RetractWorkflowAsync("edited")).Workflow.IsPublished.Should().BeFalse();
        await server.Admin.DeleteWorkflowAsync("edited", 2);
        (await server.Admin.ExportWorkflowsAsync(["edited"])).Take(2).Should().Equal((byte)'P', (byte)'K');
        await server.Admin.DeleteWorkflowAsync("edited");
        await RefusedAsync(404, () => server.Admin.PublishWorkflowAsync("edited"));
        (await server.Admin.ListAuditAsync(0, 1000)).Items.Select(l => l.Action).Should().Contain(["workflow.save-draft", "workflow.publish", "workflow.revert", "workflow.retract", "workflow.delete"]);
    }

    [Fact]
    public async Task Draft_ThatDoesNotCompile_IsKeptAndNotPublished()
    {
        await server.Admin.SaveDraftAsync("broken", SampleWorkflows.Flowchart("broken", """{"id": "odd", "type": "Elsa.Teleport"}"""));
        var refused = await RefusedAsync(422, () => server.Admin.PublishWorkflowAsync("broken"));
        refused.Errors.Should().Contain(e => e.Path.Contains("odd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bundle_ThatWasExported_IsImportedWholeWhateverTheOrder()
    {
        const string Part = """{"definitionId": "z-part", "name": "Part", "options": {"usableAsActivity": true}, "root": {"id": "end", "type": "Elsa.Finish", "version": 1}}""";
        const string User = """{"definitionId": "a-user", "name": "User", "root": {"id": "use", "type": "Part", "version": 1, "nodeId": "Workflow1:use"}}""";

        var imported = await server.Admin.ImportWorkflowsAsync(Encoding.UTF8.GetBytes($"[{User}, {Part}, {{}}]"));

        imported.Items.Select(e => (e.Name, e.Workflow?.DefinitionId)).Should().Equal(("[0]", "a-user"), ("[1]", "z-part"), ("[2]", null));
        imported.Items[2].Problems.Should().NotBeEmpty();
        var again = await server.Admin.ImportWorkflowsAsync(await server.Admin.ExportWorkflowsAsync(["a-user", "z-part"]));
        again.Items.Should().HaveCount(2).And.OnlyContain(e => e.Workflow != null && !e.Changed);
        await RefusedAsync(422, () => server.Admin.ImportWorkflowsAsync(Encoding.UTF8.GetBytes("PK nothing")));
    }

    [Fact]
    public async Task Migration_OfNobody_IsNotFound() =>
        await RefusedAsync(404, () => server.Admin.MigrateInstanceAsync("nobody", new MigrateRequest(2), dryRun: true));

    private static string Document(string id, string text) =>
        SampleWorkflows.Finishing.Replace("finishing", id, StringComparison.Ordinal).Replace("\"done\"", $"\"{text}\"", StringComparison.Ordinal);

    private static async Task<KairshipApiException> RefusedAsync<T>(int status, Func<Task<T>> call)
    {
        var refused = (await call.Should().ThrowAsync<KairshipApiException>()).Which;
        refused.Status.Should().Be(status);
        return refused;
    }
}
