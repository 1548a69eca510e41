using System.Net;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Definitions;

/// <summary>Versions: alpha 1 published, 2 draft; beta 1 published; gamma 1 draft; beside those that every server has.</summary>
public sealed class DefinitionListTests(DefinitionListTests.World world) : IClassFixture<DefinitionListTests.World>
{
    private const string Ours = "&SearchTerm=zz-";

    public static TheoryData<string, string> Queries => new()
    {
        { "versionOptions=Latest", "alpha2 beta1 gamma1" },
        { "", "alpha2 beta1 gamma1" },
        { "versionOptions=Published", "alpha1 beta1" },
        { "versionOptions=LatestOrPublished", "alpha1 alpha2 beta1 gamma1" },
        { "versionOptions=LatestAndPublished", "beta1" },
        { "versionOptions=Draft", "alpha2 gamma1" },
        { "versionOptions=AllVersions", "alpha1 alpha2 beta1 gamma1" },
        { "versionOptions=2", "alpha2" },
        { "versionOptions=9", "" },
        { "versionOptions=AllVersions&DefinitionIds=zz-alpha&OrderBy=Version&OrderDirection=Descending", "alpha2 alpha1" },
        { "DefinitionIds=zz-alpha,zz-gamma", "alpha2 gamma1" },
        { "DefinitionIds=zz-alpha&DefinitionIds=zz-beta", "alpha2 beta1" },
        { "DefinitionId=zz-beta&versionOptions=AllVersions", "beta1" },
        { "Names=ZZ-BETA", "beta1" },
        { "IsSystem=False", "alpha2 beta1 gamma1" },
        { "IsSystem=True", "" },
        { "IsReadonly=True", "" },
        { "OrderBy=Name&OrderDirection=Descending", "gamma1 beta1 alpha2" },
        { "OrderBy=Name&OrderDirection=Ascending&Page=1&PageSize=2", "gamma1" },
        { "OrderBy=Name&Page=5&PageSize=2", "" },
        { "OrderBy=Created", "alpha2 beta1 gamma1" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task List_AnswersWhatWasAskedFor(string query, string expected)
    {
        var page = await world.Api.OkAsync("GET", $"{DesignerApi.Root}?{query}{Ours}");

        var items = page["items"]!.AsArray().Select(i => i!["definitionId"]!.GetValue<string>()["zz-".Length..] + i["version"]!.GetValue<int>()).ToList();
        if (query.Contains("OrderBy", StringComparison.Ordinal))
        {
            string.Join(' ', items).Should().Be(expected);
        }
        else
        {
            items.Order().Should().Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        if (!query.Contains("Page=", StringComparison.Ordinal))
        {
            page["totalCount"]!.GetValue<long>().Should().Be(items.Count);
        }
    }

    [Theory]
    [InlineData("versionOptions=newest")]
    [InlineData("Page=-1")]
    [InlineData("Page=99999999999999999999")]
    [InlineData("PageSize=0")]
    [InlineData("PageSize=100000")]
    [InlineData("IsSystem=perhaps")]
    [InlineData("OrderBy=Colour")]
    [InlineData("OrderDirection=Sideways")]
    public async Task List_WithAQueryOfNoKind_SaysWhatWouldBeRight(string query)
    {
        var (status, body) = await world.Api.SendAsync("GET", $"{DesignerApi.Root}?{query}");

        status.Should().Be(HttpStatusCode.BadRequest);
        body!["detail"]!.GetValue<string>().Should().StartWith($"?{char.ToLowerInvariant(query[0])}{query.Split('=')[0][1..]}= is");
    }

    [Theory]
    [InlineData("Latest", 2)]
    [InlineData("", 2)]
    [InlineData("Published", 1)]
    [InlineData("Draft", 2)]
    [InlineData("1", 1)]
    [InlineData("LatestAndPublished", 0)]
    [InlineData("3", 0)]
    public async Task One_ByDefinitionId_IsTheVersionThatIsMeant(string options, int version)
    {
        var (status, body) = await world.Api.SendAsync("GET", $"{DesignerApi.Root}/by-definition-id/zz-alpha?versionOptions={options}");

        (status, body?["version"]?.GetValue<int>() ?? 0).Should().Be(version == 0 ? (HttpStatusCode.NotFound, 0) : (HttpStatusCode.OK, version));
    }

    [Fact]
    public async Task One_ById_AndMany_AreWholeDefinitions()
    {
        var latest = await world.Api.LatestAsync("zz-alpha");
        var id = latest["id"]!.GetValue<string>();

        JsonNode.DeepEquals(await world.Api.OkAsync("GET", $"{DesignerApi.Root}/by-id/{id}"), latest).Should().BeTrue();
        var many = await world.Api.OkAsync("GET", $"{DesignerApi.Root}/many-by-id?Ids={id}&Ids=nothing");
        (many["count"]!.GetValue<int>(), JsonNode.DeepEquals(many["items"]![0], latest)).Should().Be((1, true));
        (await world.Api.SendAsync("GET", $"{DesignerApi.Root}/by-id/nothing")).Status.Should().Be(HttpStatusCode.NotFound);
        (await world.Api.OkAsync("GET", $"{DesignerApi.Root}/zz-alpha/versions"))["items"]!.AsArray().Select(v => v!["version"]!.GetValue<int>()).Should().Equal(2, 1);
    }

    [Fact]
    public async Task List_OfVersionsThatAreNamed_HasThoseThatWereOvertakenToo()
    {
        var versions = (await world.Api.OkAsync("GET", $"{DesignerApi.Root}/zz-alpha/versions"))["items"]!.AsArray().Select(v => v!["id"]!.GetValue<string>()).ToList();

        var page = await world.Api.OkAsync("GET", $"{DesignerApi.Root}?versionOptions=&Ids={string.Join("&Ids=", versions)}");

        page["items"]!.AsArray().Select(v => v!["id"]!.GetValue<string>()).Should().BeEquivalentTo(versions);
        (await world.Api.OkAsync("GET", $"{DesignerApi.Root}?versionOptions=Published&Ids={string.Join("&Ids=", versions)}"))["items"]!.AsArray().Should().ContainSingle();
    }

    [Theory]
    [InlineData("zz-beta", null, false)]
    [InlineData("ZZ-Beta", null, false)]
    [InlineData("zz-beta", "zz-beta", true)]
    [InlineData("zz-bet", null, true)]
    [InlineData("nobody's", null, true)]
    public async Task Name_IsUniqueWhenNoOtherHasIt(string name, string? definitionId, bool unique) =>
        (await world.Api.OkAsync("GET", $"{DesignerApi.Root}/validation/is-name-unique?name={Uri.EscapeDataString(name)}{(definitionId is null ? "" : $"&definitionId={definitionId}")}"))
            ["isUnique"]!.GetValue<bool>().Should().Be(unique);

    [Fact]
    public async Task Count_IsThatOfTheDefinitions()
    {
        var all = await world.Api.OkAsync("GET", $"{DesignerApi.Root}?versionOptions=Latest");
        (await world.Api.OkAsync("GET", $"{DesignerApi.Root}/query/count"))["count"]!.GetValue<long>().Should().Be(all["totalCount"]!.GetValue<long>());
    }

    [Fact]
    public async Task Subgraph_AndSegments_LeadIntoNestedActivities()
    {
        var model = DesignerApi.Model("zz2-nested");
        model["root"]!["activities"]!.AsArray().Add(new JsonObject
        {
            ["id"] = "loop", ["type"] = "Elsa.While", ["version"] = 1,
            ["body"] = new JsonObject { ["id"] = "inner", ["type"] = "Elsa.Flowchart", ["version"] = 1, ["activities"] = new JsonArray(DesignerApi.WriteLine("deep", "x")), ["connections"] = new JsonArray() },
        });
        var id = (await world.Api.SaveAsync(model))["id"]!.GetValue<string>();

        var part = await world.Api.OkAsync("GET", $"{DesignerApi.Root}/subgraph/{id}?parentNodeId=Workflow1:flow:loop");
        (part["nodeId"]!.GetValue<string>(), part["port"]!.GetValue<string>(), part["children"]![0]!["children"]![0]!["nodeId"]!.GetValue<string>())
            .Should().Be(("Workflow1:flow:loop", "activities", "Workflow1:flow:loop:inner:deep"));
        var path = await world.Api.OkAsync("GET", $"{DesignerApi.Root}/subgraph/segments/{id}?childNodeId=Workflow1:flow:loop:inner:deep");
        path["container"]!["nodeId"]!.GetValue<string>().Should().Be("Workflow1:flow:loop:inner");
        path["pathSegments"]!.AsArray().Select(s => (s!["activityId"]!.GetValue<string>(), s["portName"]!.GetValue<string>())).Should().Equal(("loop", "body"));
        (await world.Api.SendAsync("GET", $"{DesignerApi.Root}/subgraph/segments/{id}?childNodeId=nowhere")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    public sealed class World : IAsyncLifetime
    {
        public RunningServer Server { get; } = new();

        internal DesignerApi Api { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            Api = DesignerApi.Of(Server);
            var alpha = await Api.SaveAsync(DesignerApi.Model("zz-alpha"), publish: true);
            await Api.SaveAsync(DesignerApi.WithText(alpha, "two"));
            await Api.SaveAsync(DesignerApi.Model("zz-beta"), publish: true);
            await Api.SaveAsync(DesignerApi.Model("zz-gamma"));
        }

        public async ValueTask DisposeAsync()
        {
            Api?.Dispose();
            await Server.DisposeAsync();
        }
    }
}
