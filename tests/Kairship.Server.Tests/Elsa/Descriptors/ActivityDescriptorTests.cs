using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Descriptors;

public sealed class ActivityDescriptorTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Url = "/elsa/api/descriptors/activities?Refresh=True";

    [Fact]
    public async Task Descriptors_AreOfAllTypes()
    {
        using var http = server.Http(server.AdminToken);

        var answer = JsonNode.Parse(await http.GetStringAsync(Url, TestContext.Current.CancellationToken))!;

        answer["items"]!.AsArray().Select(d => d!["typeName"]!.GetValue<string>())
            .Should().BeEquivalentTo(server.Services.GetRequiredService<ActivityRegistry>().Activities.Select(a => a.Descriptor.TypeName));
    }

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip;q=1.0, br;q=0", "gzip")]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task Descriptors_Packed_AreTheSame(string? accepted, string? packed)
    {
        using var http = server.Http(server.AdminToken);
        if (accepted is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        using var answer = await http.GetAsync(Url, TestContext.Current.CancellationToken);

        answer.Content.Headers.ContentEncoding.Should().Equal(packed is null ? [] : [packed]);
        answer.Headers.ETag!.IsWeak.Should().BeFalse();
        await using var raw = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream plain = packed switch
        {
            "br" => new BrotliStream(raw, CompressionMode.Decompress),
            "gzip" => new GZipStream(raw, CompressionMode.Decompress),
            _ => raw,
        };
        var text = await new StreamReader(plain).ReadToEndAsync(TestContext.Current.CancellationToken);
        using var other = server.Http(server.AdminToken);
        text.Should().Be(await other.GetStringAsync(Url, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Descriptors_ThatTheCallerHas_AreNotSentAgain()
    {
        using var http = server.Http(server.AdminToken);
        var tag = (await http.GetAsync(Url, TestContext.Current.CancellationToken)).Headers.ETag!;

        (await StatusAsync(http, tag)).Should().Be(HttpStatusCode.NotModified);
        (await StatusAsync(http, new EntityTagHeaderValue("\"another\""))).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Descriptors_AfterPublishingAWorkflowUsableAsActivity_HaveIt_AndNotAfterRetracting()
    {
        using var http = server.Http(server.AdminToken);
        var before = (await http.GetAsync(Url, TestContext.Current.CancellationToken)).Headers.ETag;
        var catalog = server.Services.GetRequiredService<DefinitionCatalog>();
        const string Definition = """
            {"definitionId": "greeting", "name": "Greet somebody", "options": {"usableAsActivity": true}, "inputs": [{"type": "String", "name": "Who"}],
             "root": {"type": "Elsa.WriteLine", "version": 1, "id": "say", "text": {"typeName": "String", "expression": {"type": "Literal", "value": "hello"}}}}
            """;

        (await catalog.SaveDraftAsync(new SaveDraft { Json = Definition, Publish = false, Expected = SaveDraft.Anything }, TestContext.Current.CancellationToken)).Succeeded.Should().BeTrue();
        (await http.GetAsync(Url, TestContext.Current.CancellationToken)).Headers.ETag.Should().Be(before, "a draft is no activity");
        await catalog.PublishAsync("greeting", null, TestContext.Current.CancellationToken);
        (await http.GetStringAsync(Url, TestContext.Current.CancellationToken)).Should().Contain("\"GreetSomebody\"");
        (await http.GetStringAsync("/elsa/api/descriptors/activities/GreetSomebody", TestContext.Current.CancellationToken)).Should().Contain("\"Who\"");
        await catalog.RetractAsync("greeting", TestContext.Current.CancellationToken);
        (await http.GetAsync(Url, TestContext.Current.CancellationToken)).Headers.ETag.Should().Be(before);
    }

    [Theory]
    [InlineData("Elsa.Delay", HttpStatusCode.OK)]
    [InlineData("elsa.delay?version=1", HttpStatusCode.OK)]
    [InlineData("Elsa.Delay?version=2", HttpStatusCode.NotFound)]
    [InlineData("Elsa.Nothing", HttpStatusCode.NotFound)]
    public async Task Descriptor_OfOneType_IsThatType(string type, HttpStatusCode expected)
    {
        using var http = server.Http(server.AdminToken);

        using var answer = await http.GetAsync($"/elsa/api/descriptors/activities/{type}", TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(expected);
        if (expected == HttpStatusCode.OK)
        {
            (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["typeName"]!.GetValue<string>().Should().Be("Elsa.Delay");
        }
    }

    [Theory]
    [InlineData("Elsa.FlowJoin/options/Mode", """{"items":{"dropdown":{"selectList":{"items":[{"text":"WaitAll","value":"WaitAll"},{"text":"WaitAllActive","value":"WaitAllActive"},{"text":"WaitAny","value":"WaitAny"}]}}}}""")]
    [InlineData("Elsa.Delay/options/TimeSpan", """{"items":{}}""")]
    public async Task Options_OfAnInput_AreWhatItsDescriptorSays(string path, string expected)
    {
        using var http = server.Http(server.AdminToken);

        using var answer = await http.PostAsJsonAsync($"/elsa/api/descriptors/activities/{path}", new { context = new { } }, TestContext.Current.CancellationToken);

        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Be(expected);
    }

    [Theory]
    [InlineData("Elsa.Nothing/options/Mode")]
    [InlineData("Elsa.FlowJoin/options/Nothing")]
    public async Task Options_OfWhatIsNotThere_AreRefused(string path)
    {
        using var http = server.Http(server.AdminToken);

        using var answer = await http.PostAsJsonAsync($"/elsa/api/descriptors/activities/{path}", new { }, TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Fact]
    public async Task Descriptors_WithoutAKey_AreNotTold()
    {
        using var http = server.Http(null);

        (await http.GetAsync(Url, TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Url);
        request.Headers.IfNoneMatch.Add(tag);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
