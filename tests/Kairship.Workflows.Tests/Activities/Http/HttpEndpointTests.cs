using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn.Http;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Activities.Http;

public sealed class HttpEndpointTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("orders/{id}", "GET", "/Orders/7", """{"id":"7"}""")]
    [InlineData("/orders/{id}/items/{item}/", "post", "orders/7/items/a b", """{"id":"7","item":"a b"}""")]
    [InlineData("ping", "GET", "ping", "{}")]
    public void Route_Matches_ItsPaths(string template, string method, string path, string values)
    {
        var route = HttpRoute.Parse(template);
        HttpRoute.Candidates(method, path).Should().Contain(route.Stimulus(method));
        route.Values(path).ToJsonString().Should().Be(values);
    }

    [Fact]
    public void Candidates_AreInOrderOfSpecificity() =>
        HttpRoute.Candidates("GET", "/a/b").Select(k => k.Key).Should().Equal("GET /a/b", "GET /a/{}", "GET /{}/b", "GET /{}/{}");

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/{id:int}")]
    [InlineData("a/{*rest}")]
    [InlineData("a/{id?}")]
    [InlineData("a/x{id}")]
    [InlineData("a/{id}/{ID}")]
    [InlineData("a/*")]
    [InlineData("{a}/2/3/4/5/6/7")]
    public void Route_ThatIsNone_IsRefused(string template) => FluentActions.Invoking(() => HttpRoute.Parse(template)).Should().Throw<ExpressionException>();

    [Fact]
    public async Task Request_ResumesTheEndpoint_AndItsResponseIsKept()
    {
        var id = await engine.RunAsync(Order());
        (await engine.SnapshotAsync(id)).Running.SelectMany(r => r.WaitingFor).Should().Equal("http POST /orders/{}");

        await engine.Runtime.SignalAsync(id, Request("r1", "/orders/7"), "k1", TestContext.Current.CancellationToken);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        var response = (await engine.SnapshotAsync(id)).HttpResponses["r1"]!;
        response.ToJsonString().Should().Be("""{"status":201,"contentType":"application/json","headers":{"Location":"/orders/7"},"content":"{\u0022id\u0022:\u00227\u0022,\u0022n\u0022:2,\u0022q\u0022:\u0022x\u0022}"}""");
    }

    [Fact]
    public async Task Crash_AtAnyCommit_DoesNotLoseTheRequest()
    {
        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), Order(), [Request("r1", "/orders/7")]);
        run.Status.Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Response_WithoutRequest_IsSaidAndTheWorkflowGoesOn()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Activity("Elsa.WriteHttpResponse", "r"), Def.WriteLine("after"))));
        (await engine.JournalAsync(id, "Note")).Should().Equal("r No request of this instance waits for a response: nobody gets it.", "after after");
    }

    [Theory]
    [InlineData("statusCode", "100", "*'StatusCode'*")]
    [InlineData("statusCode", "Fine", "*'StatusCode'*")]
    [InlineData("contentType", "text/plain\r\nX: y", "*'ContentType'*")]
    [InlineData("responseHeaders", "{\"Content-Length\":\"5\"}", "*'ResponseHeaders'*")]
    [InlineData("responseHeaders", "{\"X\":\"a\\r\\nY: b\"}", "*'ResponseHeaders'*")]
    [InlineData("responseHeaders", "{\"X Y\":\"a\"}", "*'ResponseHeaders'*")]
    [InlineData("responseHeaders", "nonsense", "*'ResponseHeaders'*")]
    public async Task Response_ThatCannotBeSent_IsAnIncident(string input, string value, string message)
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Activity("Elsa.WriteHttpResponse", "r", (input, Def.Literal(value)))));
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Message.Should().Match(message);
    }

    [Fact]
    public async Task TwoEndpointsOfOneDefinition_ByOneRequest_AreAProblem()
    {
        JsonObject Start(string id, string path) => Def.Activity("Elsa.HttpEndpoint", id, ("path", Def.Literal(path)), ("canStartWorkflow", true));
        var result = await engine.Catalog.ImportAsync(Def.Workflow("w", Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray(Start("a", "x/{id}"), Start("b", "x/{key}"))))),
            publish: true, TestContext.Current.CancellationToken);
        result.Problems.Should().Contain(p => p.IsError && p.ActivityId == "b" && p.Message.Contains("both start by GET /x/{}", StringComparison.Ordinal));
    }

    private static string Order() => Def.Workflow("order", Def.Sequence("root",
        Def.Activity("Elsa.HttpEndpoint", "e", ("path", Def.Literal("orders/{id}")), ("supportedMethods", Def.Input("Object", "[\"POST\"]", "List<String>")),
            ("parsedContent", Def.Output("body")), ("routeData", Def.Output("route")), ("queryStringData", Def.Output("query"))),
        Def.Activity("Elsa.WriteHttpResponse", "r", ("statusCode", Def.Literal("Created")), ("responseHeaders", Def.Js("({ Location: '/orders/' + getRoute().id })")),
            ("content", Def.Js("({ id: getRoute().id, n: getBody().items.length, q: getQuery().q })")))),
        ("body", "Object", null), ("route", "Object", null), ("query", "Object", null));

    private static Stimulus Request(string id, string path) => new(HttpRoute.Parse("orders/{id}").Stimulus("POST"), JsonNode.Parse(
        $$$"""{"id":"{{{id}}}","method":"POST","path":"{{{path}}}","query":{"q":"x"},"headers":{},"content":{"items":[1,2]}}"""));
}
