using System.Net;
using System.Text;
using System.Text.Json;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Triggers.Http;

public sealed class HttpTriggerTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Instance = "x-elsa-workflow-instance-id";

    public async ValueTask InitializeAsync()
    {
        await ImportAsync("echo", Endpoint("e", "echo/{name}", """["POST"]"""), Response("r", "({ name: getOutputFrom('e', 'RouteData').name, body: getOutputFrom('e', 'ParsedContent'), headers: getOutputFrom('e', 'Headers') })"));
        await ImportAsync("special", Endpoint("e", "echo/special", """["POST"]"""), Response("r", "'special'"));
        await ImportAsync("secret", Endpoint("e", "secret", """["GET"]""", ("authorize", "true", "Boolean")), Response("r", "'hush'"));
        await ImportAsync("admins", Endpoint("e", "admins", """["GET"]""", ("authorize", "true", "Boolean"), ("policy", "administer", "String")), Response("r", "'hush'"));
        await ImportAsync("silent", Endpoint("e", "silent", """["GET"]"""));
        await ImportAsync("slow", Endpoint("e", "slow", """["GET"]""", ("requestTimeout", "00:00:00.2", "TimeSpan")), """{"id":"d","type":"Elsa.Delay","timeSpan":{"typeName":"TimeSpan","expression":{"type":"Literal","value":"10:00:00"}}}""");
        await ImportAsync("small", Endpoint("e", "small", """["POST"]""", ("requestSizeLimit", "10", "Int64")), Response("r", "'ok'"));
        await ImportAsync("fails", Endpoint("e", "fails", """["GET"]"""), """{"id":"f","type":"Elsa.Fault","message":{"typeName":"String","expression":{"type":"Literal","value":"inner secret"}}}""");
        await ImportAsync("twice", Endpoint("e", "first", """["GET"]"""), Response("r", "'one'"), Endpoint("f", "second/{id}", """["GET"]""", ("authorize", "true", "Boolean")), Response("s", "'two ' + getOutputFrom('f', 'RouteData').id"));
        await ImportAsync("clash1", Endpoint("e", "clash", """["GET"]"""));
        await ImportAsync("clash2", Endpoint("e", "clash", """["GET"]"""));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Request_StartsTheWorkflow_AndGetsItsResponse()
    {
        using var response = await SendAsync(HttpMethod.Post, "echo/Web", """{"a":1}""", headers: ("Authorization", "Bearer " + server.AdminToken));

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Headers.GetValues(Instance).Should().ContainSingle();
        response.Headers.GetValues("X-Made").Should().Equal("yes");
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        body.GetProperty("name").GetString().Should().Be("Web");
        body.GetProperty("body").GetProperty("a").GetInt32().Should().Be(1);
        body.GetProperty("headers").TryGetProperty("Authorization", out _).Should().BeFalse("credentials do not get into a snapshot");
    }

    [Fact]
    public async Task LiteralPath_ComesBeforeParameter()
    {
        using var response = await SendAsync(HttpMethod.Post, "echo/SPECIAL", "{}");
        (await response.Content.ReadAsStringAsync()).Should().Be("special");
    }

    [Fact]
    public async Task SameIdempotencyKey_GetsTheSameInstanceAndResponse()
    {
        using var one = await SendAsync(HttpMethod.Post, "echo/Web", """{"a":1}""", headers: ("Idempotency-Key", "k1"));
        using var two = await SendAsync(HttpMethod.Post, "echo/Web", """{"a":2}""", headers: ("Idempotency-Key", "k1"));

        two.Headers.GetValues(Instance).Should().Equal(one.Headers.GetValues(Instance));
        (await two.Content.ReadAsStringAsync()).Should().Be(await one.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Endpoint_InTheMiddle_ResumesAndKeepsItsOptions()
    {
        using var first = await SendAsync(HttpMethod.Get, "first");
        var id = first.Headers.GetValues(Instance).Single();
        await Eventually.HoldsAsync(async () => (await SendAsync(HttpMethod.Get, "second/7")).StatusCode == HttpStatusCode.Unauthorized, "the second endpoint waits");

        using var second = await SendAsync(HttpMethod.Get, $"second/7?workflowInstanceId={id}", headers: [("Authorization", "Bearer " + server.AdminToken), ("Idempotency-Key", "again")]);
        using var again = await SendAsync(HttpMethod.Get, $"second/7?workflowInstanceId={id}", headers: [("Authorization", "Bearer " + server.AdminToken), ("Idempotency-Key", "again")]);

        (await second.Content.ReadAsStringAsync()).Should().Be("two 7");
        second.Headers.GetValues(Instance).Should().Equal(id);
        (await again.Content.ReadAsStringAsync()).Should().Be("two 7");
    }

    [Theory]
    [InlineData("no such path", "GET", "nothing/here", null, null, 404)]
    [InlineData("the base itself", "GET", "", null, null, 404)]
    [InlineData("another method", "DELETE", "echo/x", null, null, 404)]
    [InlineData("many segments", "GET", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g/h/i", null, null, 404)]
    [InlineData("six segments", "GET", "a/b/c/d/e/f", null, null, 404)]
    [InlineData("braces", "POST", "echo/%7B%7D/x", "{}", "application/json", 404)]
    [InlineData("no key", "GET", "secret", null, null, 401)]
    [InlineData("not JSON", "POST", "echo/x", "{not json", "application/json", 400)]
    [InlineData("JSON twice", "POST", "echo/x", """{"a":1,"a":2}""", "application/json", 400)]
    [InlineData("a file", "POST", "echo/x", "x", "application/octet-stream", 415)]
    [InlineData("a strange type", "POST", "echo/x", "x", ";;;", 415)]
    [InlineData("too large", "POST", "small", "01234567890", "text/plain", 413)]
    [InlineData("two workflows", "GET", "clash", null, null, 409)]
    [InlineData("a fault", "GET", "fails", null, null, 422)]
    public async Task BadRequest_IsExplained(string name, string method, string path, string? body, string? type, int status)
    {
        using var response = await SendAsync(new HttpMethod(method), path, body, type ?? "application/json");
        var text = await response.Content.ReadAsStringAsync();

        ((int)response.StatusCode).Should().Be(status, "of {0}: {1}", name, text);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        text.Should().NotContain("inner secret").And.NotContain("Exception").And.NotContain("   at ");
        JsonElement.Parse(text).GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task DeepJson_IsRefused()
    {
        using var response = await SendAsync(HttpMethod.Post, "echo/x", new string('[', 5000) + new string(']', 5000));
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Policy_IsAskedFor()
    {
        var viewer = await server.KeyAsync("http-viewer", "viewer");
        (await SendAsync(HttpMethod.Get, "admins", headers: ("Authorization", "Bearer " + viewer))).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await SendAsync(HttpMethod.Get, "secret", headers: ("Authorization", "Bearer " + viewer))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Get, "admins", headers: ("Authorization", "Bearer " + server.AdminToken))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("silent", "", HttpStatusCode.OK, "Finished")]
    [InlineData("slow", "", HttpStatusCode.Accepted, "status")]
    [InlineData("slow", "respond-async", HttpStatusCode.Accepted, "status")]
    public async Task WorkflowWithoutResponse_AnswersWhereItStands(string path, string prefer, HttpStatusCode status, string standing)
    {
        using var response = await SendAsync(HttpMethod.Get, path, headers: ("Prefer", prefer));
        response.StatusCode.Should().Be(status);
        (await response.Content.ReadAsStringAsync()).Should().Contain(standing).And.Contain(response.Headers.GetValues(Instance).Single());
        var ends = path == "slow" ? "Suspended" : "Finished";
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(response.Headers.GetValues(Instance).Single())).Instance.Status == ends, $"it is {ends}");
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? body = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri($"{server.Address}http/{path}"));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task ImportAsync(string id, params string[] activities)
    {
        var json = $$$$"""{"definitionId":"{{{{id}}}}","name":"{{{{id}}}}","root":{"id":"root","type":"Elsa.Sequence","activities":[{{{{string.Join(',', activities)}}}}]}}""";
        var result = await server.Services.GetRequiredService<DefinitionCatalog>().ImportAsync(json, publish: true, CancellationToken.None);
        result.Succeeded.Should().BeTrue(string.Join(' ', result.Problems.Select(p => p.Message)));
    }

    private static string Endpoint(string id, string path, string methods, params (string Name, string Value, string Type)[] options)
    {
        var more = string.Concat(options.Select(o => $$$$""","{{{{o.Name}}}}":{"typeName":"{{{{o.Type}}}}","expression":{"type":"Literal","value":"{{{{o.Value}}}}"}}"""));
        var list = JsonSerializer.Serialize(methods);
        return $$$$"""
            {"id":"{{{{id}}}}","type":"Elsa.HttpEndpoint","customProperties":{"canStartWorkflow":{{{{(id == "e" ? "true" : "false")}}}} },
             "path":{"typeName":"String","expression":{"type":"Literal","value":"{{{{path}}}}"}},
             "supportedMethods":{"typeName":"List<String>","expression":{"type":"Object","value":{{{{list}}}} } }{{{{more}}}} }
            """;
    }

    private static string Response(string id, string script) => $$$$"""
        {"id":"{{{{id}}}}","type":"Elsa.WriteHttpResponse","statusCode":{"typeName":"HttpStatusCode","expression":{"type":"Literal","value":"{{{{(script.StartsWith('(') ? "Created" : "OK")}}}}"}},
         "content":{"typeName":"Object","expression":{"type":"JavaScript","value":{{{{JsonSerializer.Serialize(script)}}}} } },
         "responseHeaders":{"typeName":"HttpHeaders","expression":{"type":"Object","value":"{\"X-Made\":\"yes\"}"}}}
        """;
}
