using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Definitions;

/// <summary>Bodies that nobody sends by mistake: refused with a reason, never with a 500, and what is there stays as it is.</summary>
public sealed class DefinitionHostileTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly Dictionary<string, (string Path, Func<string> Body)> Cases = new()
    {
        ["nothing"] = ("", () => ""),
        ["no JSON"] = ("", () => "{\"model\":"),
        ["a number"] = ("", () => "42"),
        ["a list"] = ("", () => "[]"),
        ["no root"] = ("", () => """{"model": {"name": "x"}, "publish": false}"""),
        ["a model that is text"] = ("", () => """{"model": "x", "publish": true}"""),
        ["a root that is a list"] = ("", () => """{"model": {"root": []}}"""),
        ["a name twice"] = ("", () => """{"model": {"name": "a", "name": "b", "root": {"type": "Elsa.Flowchart", "id": "f"}}}"""),
        ["a name twice in two cases"] = ("", () => """{"model": {"name": "a", "NAME": "b", "root": {"type": "Elsa.Flowchart", "id": "f"}}}"""),
        ["too deep"] = ("", () => $"{{\"model\": {{\"root\": {string.Concat(Enumerable.Repeat("{\"type\":\"Elsa.Sequence\",\"id\":\"s\",\"activities\":[", 300))}{string.Concat(Enumerable.Repeat("]}", 300))}}}}}"),
        ["too large"] = ("", () => new JsonObject { ["model"] = DesignerApi.Model("big", new string('x', 4 * 1024 * 1024)) }.ToJsonString()),
        ["an id too long"] = ("", () => new JsonObject { ["model"] = DesignerApi.Model(new string('i', 300)) }.ToJsonString()),
        ["an id with control characters"] = ("", () => new JsonObject { ["model"] = DesignerApi.Model("a\u0000b") }.ToJsonString()),
        ["an id that paths lose"] = ("", () => new JsonObject { ["model"] = DesignerApi.Model("..") }.ToJsonString()),
        ["half a surrogate"] = ("", () => """{"model": {"definitionId": "\ud800", "root": {"type": "Elsa.Flowchart", "id": "f"}}}"""),
        ["an import of nothing"] = ("/import", () => "{}"),
        ["an import of a list"] = ("/import", () => "[]"),
        ["files that are none"] = ("/import-files", () => "{}"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Body_IsRefusedWithAReason(string name)
    {
        using var api = DesignerApi.Of(server);
        var before = (await api.OkAsync("GET", $"{DesignerApi.Root}/query/count"))["count"]!.GetValue<long>();

        var (status, body) = await api.SendAsync("POST", DesignerApi.Root + Cases[name].Path, Cases[name].Body());

        status.Should().Be(HttpStatusCode.BadRequest, body?.ToJsonString());
        DesignerApi.Shown(body).Should().NotBeEmpty().And.NotContain("Exception").And.NotContain("   at ");
        (await api.OkAsync("GET", $"{DesignerApi.Root}/query/count"))["count"]!.GetValue<long>().Should().Be(before);
    }

    [Fact]
    public async Task Body_LargerThanTheRouteTakes_IsTooLarge()
    {
        using var api = DesignerApi.Of(server);
        (await api.SendAsync("POST", DesignerApi.Root, new string('x', 7 * 1024 * 1024))).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await api.SendAsync("POST", "/elsa/api/bulk-actions/delete/workflow-definitions/by-id", new string('x', 2 * 1024 * 1024))).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("publish", "by-definition-ids", "{}")]
    [InlineData("publish", "by-definition-ids", """{"definitionIds": 3}""")]
    [InlineData("retract", "by-definition-ids", """{"definitionIds": {"a": 1}}""")]
    [InlineData("delete", "by-definition-id", """{"definitionIds": null}""")]
    [InlineData("delete", "by-id", "[]")]
    [InlineData("delete", "by-id", "nonsense")]
    public async Task Bulk_OfNoList_IsRefused(string action, string by, string body)
    {
        using var api = DesignerApi.Of(server);
        (await api.SendAsync("POST", $"/elsa/api/bulk-actions/{action}/workflow-definitions/{by}", body)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Bulk_OfTooMany_IsRefused()
    {
        using var api = DesignerApi.Of(server);
        var ids = new JsonObject { ["ids"] = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => JsonValue.Create($"{i}"))]) };
        (await api.SendAsync("POST", "/elsa/api/bulk-actions/delete/workflow-definitions/by-id", ids)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b c?d#e%2F")]
    [InlineData("héllo-日本")]
    public async Task Id_LikeAPath_IsOnlyAnId(string id)
    {
        using var api = DesignerApi.Of(server);
        await api.SaveAsync(DesignerApi.Model(id));
        var list = await api.OkAsync("GET", $"{DesignerApi.Root}?DefinitionIds={Uri.EscapeDataString(id)}");
        list["items"]!.AsArray().Should().ContainSingle(i => i!["definitionId"]!.GetValue<string>() == id);

        var versionId = list["items"]![0]!["id"]!.GetValue<string>();
        using var http = server.Http(server.AdminToken);
        var byOurs = await http.GetAsync($"/api/v1/workflows/{Uri.EscapeDataString(id)}");
        byOurs.StatusCode.Should().Be(id.Contains("%2F", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK, "routing leaves %2F as it is, whoever wrote it");
        var export = await http.PostAsync(
            "/elsa/api/bulk-actions/export/workflow-definitions", new StringContent(new JsonObject { ["ids"] = new JsonArray(versionId) }.ToJsonString(), Encoding.UTF8, "application/json"));
        export.Content.Headers.ContentDisposition!.FileName.Should().MatchRegex("^\"?workflow-definition-[A-Za-z0-9_-]+\\.json\"?$");
        (await api.SendAsync("DELETE", $"/elsa/api/workflow-definition-versions/{versionId}")).Status.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Activities_WithTheSameId_AreADraftThatCanBeReadAndNotPublished()
    {
        using var api = DesignerApi.Of(server);
        var model = DesignerApi.Model("twins");
        model["root"]!["activities"]!.AsArray().Add(DesignerApi.WriteLine("say", "again"));

        var saved = await api.SaveAsync(model);

        (await api.TrySaveAsync(saved, publish: true)).Status.Should().Be(HttpStatusCode.BadRequest);
        (await api.OkAsync("GET", $"{DesignerApi.Root}/subgraph/{saved["id"]}"))["children"]!.AsArray().Should().HaveCount(2);
    }

    [Fact]
    public async Task Draft_NestedAsDeepAsIsTaken_CanBeReadBack()
    {
        using var api = DesignerApi.Of(server);
        var nested = string.Concat(Enumerable.Repeat("{\"type\":\"Elsa.Sequence\",\"id\":\"s\",\"activities\":[", 160)) + string.Concat(Enumerable.Repeat("]}", 160));
        await api.SendAsync("POST", DesignerApi.Root, $"{{\"model\": {{\"definitionId\": \"deep\", \"root\": {nested}}}}}");

        (await api.SendAsync("GET", $"{DesignerApi.Root}/by-definition-id/deep")).Status.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.NotFound);
        ((int)(await api.SendAsync("GET", DesignerApi.Root)).Status).Should().Be(200);
    }
}
