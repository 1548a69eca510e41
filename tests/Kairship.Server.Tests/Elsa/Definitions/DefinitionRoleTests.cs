using System.Net;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Definitions;

/// <summary>Who may do what, over both APIs.</summary>
public sealed class DefinitionRoleTests(DefinitionRoleTests.World world) : IClassFixture<DefinitionRoleTests.World>
{
    // Method, path, body, and the least role: viewer, designer or publisher.
    private static readonly (string Method, string Path, Func<JsonNode?> Body, string Least)[] Calls =
    [
        ("GET", DesignerApi.Root, () => null, "viewer"),
        ("GET", $"{DesignerApi.Root}/by-definition-id/finishing", () => null, "viewer"),
        ("GET", $"{DesignerApi.Root}/finishing/export", () => null, "viewer"),
        ("POST", "/elsa/api/bulk-actions/export/workflow-definitions", () => Ids("ids"), "viewer"),
        ("POST", DesignerApi.Root, () => new JsonObject { ["model"] = DesignerApi.Model(null), ["publish"] = false }, "designer"),
        ("POST", $"{DesignerApi.Root}/nobody/revert/1", () => null, "designer"),
        ("POST", $"{DesignerApi.Root}/nobody/publish", () => null, "publisher"),
        ("POST", $"{DesignerApi.Root}/nobody/retract", () => null, "publisher"),
        ("POST", $"{DesignerApi.Root}/nobody/update-references", () => null, "publisher"),
        ("DELETE", $"{DesignerApi.Root}/nobody", () => null, "publisher"),
        ("DELETE", "/elsa/api/workflow-definition-versions/nobody", () => null, "publisher"),
        ("POST", $"{DesignerApi.Root}/import", () => DesignerApi.Model("imported-by-role"), "publisher"),
        ("PUT", $"{DesignerApi.Root}/imported-by-role/import", () => DesignerApi.Model("imported-by-role"), "publisher"),
        ("POST", "/elsa/api/bulk-actions/publish/workflow-definitions/by-definition-ids", () => Ids("definitionIds"), "publisher"),
        ("POST", "/elsa/api/bulk-actions/retract/workflow-definitions/by-definition-ids", () => Ids("definitionIds"), "publisher"),
        ("POST", "/elsa/api/bulk-actions/delete/workflow-definitions/by-definition-id", () => Ids("definitionIds"), "publisher"),
        ("POST", "/elsa/api/bulk-actions/delete/workflow-definitions/by-id", () => Ids("ids"), "publisher"),
        ("GET", "/api/v1/workflows/finishing/diff", () => null, "viewer"),
        ("PUT", "/api/v1/workflows/of-a-role/draft", () => DesignerApi.Model("of-a-role"), "designer"),
        ("POST", "/api/v1/workflows/nobody/revert/1", () => null, "designer"),
        ("POST", "/api/v1/workflows/nobody/publish", () => null, "publisher"),
        ("POST", "/api/v1/workflows/nobody/retract", () => null, "publisher"),
        ("DELETE", "/api/v1/workflows/nobody", () => null, "publisher"),
        ("POST", "/api/v1/workflows", () => DesignerApi.Model("imported-by-role"), "publisher"),
        ("POST", "/api/v1/workflow-import", () => new JsonArray(), "publisher"),
        ("POST", "/api/v1/workflows/nobody/run", () => new JsonObject(), "publisher"),
    ];

    private static readonly string[] Ranks = ["viewer", "designer", "publisher", "admin"];

    public static TheoryData<string, int> Table
    {
        get
        {
            var table = new TheoryData<string, int>();
            foreach (var role in (string[])["viewer", "deployer", "designer", "publisher", "admin"])
            {
                foreach (var (index, _) in Calls.Index())
                {
                    table.Add(role, index);
                }
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Call_IsLetInByItsLeastRole(string role, int index)
    {
        var (method, path, body, least) = Calls[index];
        using var api = DesignerApi.Of(world.Server, world.Keys[role]);

        var (status, answer) = await api.SendAsync(method, path, body());

        var allowed = Array.IndexOf(Ranks, role == "deployer" ? "viewer" : role) >= Array.IndexOf(Ranks, least);
        (status != HttpStatusCode.Forbidden).Should().Be(allowed, "{0} {1} as {2}: {3} {4}", method, path, role, status, answer?.ToJsonString());
        ((int)status).Should().BeLessThan(500);
        if (!allowed)
        {
            answer!["detail"]!.GetValue<string>().Should().Contain(least);
        }
    }

    [Fact]
    public async Task Designer_WhoPublishes_ReadsWhy_AndTheDraftIsAsItWas()
    {
        using var api = DesignerApi.Of(world.Server, world.Keys["designer"]);
        var draft = await api.SaveAsync(DesignerApi.Model("designers"));
        draft["links"]!.AsArray().Select(l => l!["rel"]!.GetValue<string>()).Should().Contain("publish", "without it the designer opens read-only");

        var (status, body) = await api.TrySaveAsync(DesignerApi.WithText(draft, "two"), publish: true);

        // The designer tells people the texts of a 400 and of no other answer.
        (status, body!["title"]!.GetValue<string>()).Should().Be((HttpStatusCode.BadRequest, "Forbidden"));
        DesignerApi.Shown(body).Should().Contain("publisher");
        var there = await api.LatestAsync("designers");
        JsonNode.DeepEquals(there, draft).Should().BeTrue("nothing was saved or published");
        (await api.SaveAsync(DesignerApi.WithText(draft, "two")))["isPublished"]!.GetValue<bool>().Should().BeFalse();
    }

    [Fact]
    public async Task Viewer_SeesNothingThatLetsHimEdit()
    {
        using var api = DesignerApi.Of(world.Server, world.Keys["viewer"]);
        var one = await api.LatestAsync("finishing");
        var list = await api.OkAsync("GET", DesignerApi.Root);
        var links = one["links"]!.AsArray().Concat(list["links"]!.AsArray()).Concat(list["items"]!.AsArray().SelectMany(i => i!["links"]!.AsArray()));

        links.Select(l => l!["rel"]!.GetValue<string>()).Distinct().Should().BeEquivalentTo("self", "versions", "export", "is-name-unique", "count", "many-by-id");
    }

    [Fact]
    public async Task Nobody_IsToldNothing()
    {
        using var http = world.Server.Http(null);
        foreach (var path in (string[])[DesignerApi.Root, $"{DesignerApi.Root}/by-definition-id/finishing", $"{DesignerApi.Root}/finishing/export"])
        {
            (await http.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }
    }

    private static JsonObject Ids(string name) => new() { [name] = new JsonArray("nobody") };

    public sealed class World : IAsyncLifetime
    {
        public RunningServer Server { get; } = new();

        public Dictionary<string, string> Keys { get; } = [];

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            Keys["admin"] = Server.AdminToken;
            foreach (var role in (string[])["viewer", "deployer", "designer", "publisher"])
            {
                Keys[role] = await Server.KeyAsync($"a-{role}", role);
            }
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
