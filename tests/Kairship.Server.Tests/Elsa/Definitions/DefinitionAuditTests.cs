using System.Net;
using System.Text.Json.Nodes;
using Kairship.Api.Audit;

namespace Kairship.Server.Tests.Elsa.Definitions;

public sealed class DefinitionAuditTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Publish_IsAuditedWithWhatItChanges_WhicheverApiItCameBy_AndNoValueOfIt()
    {
        using var api = DesignerApi.Of(server);
        var first = await api.SaveAsync(DesignerApi.Model("audited", "s3cret-one"), publish: true);
        var second = DesignerApi.WithText(first, "s3cret-two");
        DesignerApi.Append(second, DesignerApi.WriteLine("more", "s3cret-three"));
        second["variables"] = new JsonArray(new JsonObject { ["id"] = "v", ["name"] = "Attempt", ["typeName"] = "String", ["value"] = "s3cret-four" });
        await api.SaveAsync(second);
        await api.OkAsync("POST", $"{DesignerApi.Root}/audited/publish");
        var third = second.DeepClone().AsObject();
        third["root"]!["activities"]!.AsArray().RemoveAt(1);
        third["root"]!["connections"] = new JsonArray();
        third.Remove("id");
        await server.Admin.SaveDraftAsync("audited", third.ToJsonString(), "*");
        await server.Admin.PublishWorkflowAsync("audited");
        await api.OkAsync("POST", $"{DesignerApi.Root}/audited/retract");
        await api.OkAsync("POST", $"{DesignerApi.Root}/audited/revert/1");
        await api.SendAsync("DELETE", $"{DesignerApi.Root}/audited");

        var lines = await LinesAsync("audited");
        lines.Select(l => (l.Action, l.Detail)).Should().Equal(
            ("workflow.publish", "version 1, first published: +flow (Elsa.Flowchart); +say (Elsa.WriteLine)"),
            ("workflow.save-draft", "version 2"),
            ("workflow.publish", "version 2 after version 1: +more (Elsa.WriteLine); ~say (text); connections +1 -0; variables +Attempt"),
            ("workflow.save-draft", "version 3"),
            ("workflow.publish", "version 3 after version 2: -more (Elsa.WriteLine); connections +0 -1"),
            ("workflow.retract", "version 3"),
            ("workflow.revert", "version 4"),
            ("workflow.delete", null));
        lines.Should().OnlyContain(l => l.Who == "admin" && l.Status < 300 && (l.Detail == null || !l.Detail.Contains("s3cret")));
    }

    [Fact]
    public async Task BulkAndImport_LeaveALineForEachDefinition_AndRefusalsOneToo()
    {
        using var api = DesignerApi.Of(server);
        var designer = await server.KeyAsync("audited-designer", "designer");
        using var byDesigner = DesignerApi.Of(server, designer);
        await byDesigner.SaveAsync(DesignerApi.Model("audited-bulk"));
        (await byDesigner.TrySaveAsync(DesignerApi.Model("audited-bulk", "two"), publish: true)).Status.Should().Be(HttpStatusCode.BadRequest);
        await api.OkAsync("POST", "/elsa/api/bulk-actions/publish/workflow-definitions/by-definition-ids", new JsonObject { ["definitionIds"] = new JsonArray("audited-bulk") });
        var import = DesignerApi.Model("audited-bulk", "three");
        import["isPublished"] = true;
        await api.OkAsync("POST", $"{DesignerApi.Root}/import", import);

        (await LinesAsync("audited-bulk")).Select(l => (l.Who, l.Action, l.Status, l.Detail)).Should().Equal(
            ("audited-designer", "workflow.save-draft", 200, "version 1"),
            ("audited-designer", "workflow.publish", 400, null),
            ("admin", "workflow.publish", 200, "version 1, first published: +flow (Elsa.Flowchart); +say (Elsa.WriteLine)"),
            ("admin", "workflow.import", 200, "version 2 after version 1: ~say (text)"));
    }

    [Fact]
    public async Task Diff_TellsWhatOneVersionChangesOfAnother()
    {
        using var api = DesignerApi.Of(server);
        var first = await api.SaveAsync(DesignerApi.Model("compared"), publish: true);
        var draft = await api.SaveAsync(DesignerApi.WithText(first, "two"));
        (await server.Admin.DiffWorkflowAsync("compared")).Should().Match<Kairship.Api.Workflows.WorkflowDifference>(d => d.From == 1 && d.To == 2 && d.Summary == "~say (text)" && d.Changed.Count == 1);

        await api.SaveAsync(draft, publish: true);
        (await server.Admin.DiffWorkflowAsync("compared")).From.Should().Be(1, "the latest is the published one: the one before is meant");
        (await server.Admin.DiffWorkflowAsync("compared", 2, 1)).Summary.Should().Be("~say (text)");
        (await server.Admin.DiffWorkflowAsync("compared", 2, 2)).Summary.Should().Be("nothing that it does");
        (await server.Admin.DiffWorkflowAsync("compared", to: 1)).Should().Match<Kairship.Api.Workflows.WorkflowDifference>(d => d.From == 2 && d.To == 1);
        foreach (var query in (string[])["nobody/diff", "compared/diff?from=9", "compared/diff?to=9"])
        {
            (await api.SendAsync("GET", "/api/v1/workflows/" + query)).Status.Should().Be(HttpStatusCode.NotFound);
        }
    }

    private async Task<IReadOnlyList<AuditLine>> LinesAsync(string definitionId) =>
        [.. (await server.Admin.ListAuditAsync(0, 1000)).Items.Where(l => l.Subject == definitionId).OrderBy(l => l.Sequence)];
}
