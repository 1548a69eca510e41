using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Activities.Http;

public sealed class SendHttpRequestTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();
    private readonly Queue<int> statuses = new();
    private readonly LoopbackServer server;

    public SendHttpRequestTests() => server = new LoopbackServer((request, response) =>
    {
        response.StatusCode = statuses.TryDequeue(out var status) ? status : int.Parse(request.PathAndQuery.Split('/')[1].Split('?')[0], System.Globalization.CultureInfo.InvariantCulture);
        response.ContentType = "application/json; charset=utf-8";
        response.Headers["X-Answer"] = "yes";
        response.Headers["Set-Cookie"] = "session=hush";
        if (response.StatusCode == 429)
        {
            response.Headers["Retry-After"] = "7";
        }

        return LoopbackServer.Text(response.StatusCode == 204 ? "" : """{"items":[1,2]}""");
    });

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(200, "ok after")]
    [InlineData(404, "missing after")]
    [InlineData(500, "other after")]
    public async Task StatusCode_RunsItsActivity(int status, string lines)
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root",
            Send($"{server.Url}/{status}", ("unmatchedStatusCode", Def.WriteLine("other")), ("expectedStatusCodes", new JsonArray(Case(200, "ok"), Case(404, "missing")))), Def.WriteLine("after"))));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await LinesAsync(id)).Should().Be(lines);
    }

    [Theory]
    [InlineData("[200,404]", 200, "200 done")]
    [InlineData("[200,404]", 404, "404 done")]
    [InlineData("[200,404]", 503, "unmatched done")]
    [InlineData("[]", 503, "done")]
    public async Task FlowRequest_LeavesByTheStatusCodeAndDone(string expected, int status, string lines)
    {
        var codes = expected == "[]" ? [] : (string[])["s.200 -> 200", "s.404 -> 404", "s.Unmatched status code -> unmatched"];
        var send = Def.Activity("Elsa.FlowSendHttpRequest", "s", ("url", Def.Literal($"{server.Url}/{status}")), ("expectedStatusCodes", Def.Input("Object", expected, "List<Int32>")));
        var nodes = expected == "[]" ? [send, Def.WriteLine("done")] : (JsonObject[])[send, Def.WriteLine("200"), Def.WriteLine("404"), Def.WriteLine("unmatched"), Def.WriteLine("done")];
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root", nodes, [.. codes, "s.Done -> done"])));

        (await LinesAsync(id)).Should().Be(lines);
    }

    [Theory]
    [InlineData("Elsa.SendHttpRequest")]
    [InlineData("Elsa.FlowSendHttpRequest")]
    public async Task Server_ThatIsNotThere_IsFailedToConnect(string type)
    {
        var url = Def.Literal($"http://127.0.0.1:{LoopbackServer.FreePort()}/secret-path?token=hush");
        var root = type == "Elsa.SendHttpRequest"
            ? Def.Activity(type, "s", ("url", url), ("failedToConnect", Def.WriteLine("away")))
            : Def.Flowchart("root", [Def.Activity(type, "s", ("url", url)), Def.WriteLine("away"), Def.WriteLine("done")], "s.Failed to connect -> away", "s.Done -> done");
        var id = await engine.RunAsync(Def.Workflow("w", root));

        (await LinesAsync(id)).Should().Be("away");
        (await JournalTextAsync(id)).Should().NotContain("hush");
    }

    [Fact]
    public async Task Request_CarriesContentHeadersAndKey_AndItsAnswerIsParsed()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root",
            Send($"{server.Url}/200?q=1", ("method", Def.Literal("POST")), ("content", Def.Js("({ a: 1 })")), ("authorization", Def.Literal("Bearer hush")),
                ("requestHeaders", Def.Input("Object", """{"X-One":"1"}""", "HttpHeaders")), ("parsedContent", Def.Output("x")), ("statusCode", Def.Output("y")),
                ("responseHeaders", Def.Output("h")))),
            ("x", "Object", null), ("y", "Int32", null), ("h", "Object", null)));

        var request = server.Seen.Should().ContainSingle().Subject;
        request.Should().Match<SeenRequest>(r => r.Method == "POST" && r.PathAndQuery == "/200?q=1" && r.Body == """{"a":1}""");
        request.Headers.Should().Contain("Authorization", "Bearer hush").And.Contain("X-One", "1").And.Contain("Content-Type", "application/json; charset=utf-8")
            .And.Contain("Idempotency-Key", $"{id}/s/1");
        var variables = (await engine.SnapshotAsync(id)).Variables;
        variables["x"]!["items"]!.AsArray().Should().HaveCount(2);
        variables["y"]!.GetValue<int>().Should().Be(200);
        variables["h"]!.ToJsonString().Should().Contain("X-Answer").And.NotContain("hush");
        (await JournalTextAsync(id)).Should().NotContain("hush");
    }

    [Fact]
    public async Task BusyServer_IsAskedAgainDurably_WithTheSameKey()
    {
        foreach (var status in (int[])[503, 429, 201])
        {
            statuses.Enqueue(status);
        }

        var before = engine.Time.GetUtcNow();
        var id = await engine.RunAsync(Def.Workflow("w", Send($"{server.Url}/200", ("method", Def.Literal("PUT")), ("enableResiliency", Def.Literal("true", "Boolean")),
            ("expectedStatusCodes", new JsonArray(Case(201, "made"))))));

        (await LinesAsync(id)).Should().Be("made");
        server.Seen.Select(r => r.Headers["Idempotency-Key"]).Should().Equal(Enumerable.Repeat($"{id}/s/1", 3));
        (engine.Time.GetUtcNow() - before).Should().BeGreaterThan(TimeSpan.FromSeconds(7), "Retry-After is kept");
    }

    [Fact]
    public async Task ServerThatStaysBusy_IsAnAnswerAfterTheLastAttempt()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Send($"{server.Url}/503", ("enableResiliency", Def.Literal("true", "Boolean")), ("unmatchedStatusCode", Def.WriteLine("gaveup")))));

        (await LinesAsync(id)).Should().Be("gaveup");
        server.Seen.Should().HaveCount(5);
    }

    [Theory]
    [InlineData("url", "ftp://example.com/x", "*'Url'*http or https*")]
    [InlineData("url", "/relative", "*'Url'*")]
    [InlineData("method", "GET\r\nX: y", "*'Method'*")]
    [InlineData("authorization", "Bearer hush\r\nX: y", "*'Authorization'*one line*")]
    [InlineData("contentType", "not a type", "*'ContentType'*")]
    [InlineData("requestHeaders", "[1]", "*'RequestHeaders'*JSON object*")]
    [InlineData("requestHeaders", "{\"a b\": \"c\"}", "*'RequestHeaders'*cannot be sent*")]
    public async Task Input_ThatCannotBeUsed_IsAnIncidentWithoutItsValue(string input, string value, string message)
    {
        var send = Send($"{server.Url}/200", ("method", Def.Literal("POST")), ("content", Def.Literal("x")));
        send[input] = Def.Literal(value);
        var id = await engine.RunAsync(Def.Workflow("w", send));

        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Message.Should().Match(message).And.NotContain("hush");
        server.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Crash_AtAnyCommit_SendsOneRequestByKey()
    {
        var definition = Def.Workflow("w", Def.Sequence("root",
            Send($"{server.Url}/200", ("method", Def.Literal("POST")), ("content", Def.Literal("x")), ("expectedStatusCodes", new JsonArray(Case(200, "ok"))), ("parsedContent", Def.Output("x"))),
            Def.Effect("after", ("value", Def.Js("getX().items.length")))), ("x", "Object", null));

        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), definition, []);

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Effects.Should().ContainSingle().Which.Value.Should().Be("after=2");
        server.Seen.GroupBy(r => r.Headers["Idempotency-Key"]).Should().HaveCount(1 + (run.Commits * 2), "each life of an instance sends under one key");
    }

    private static JsonObject Send(string url, params (string Name, JsonNode? Value)[] properties) =>
        Def.Activity("Elsa.SendHttpRequest", "s", [("url", Def.Literal(url)), .. properties]);

    private static JsonObject Case(int status, string line) => new() { ["statusCode"] = status, ["activity"] = Def.WriteLine(line) };

    private async Task<string> LinesAsync(string id) => string.Join(' ', (await engine.JournalAsync(id, "Note")).Where(n => !n.StartsWith("s ", StringComparison.Ordinal))
        .Select(n => n[(n.IndexOf(' ', StringComparison.Ordinal) + 1)..]));

    private async Task<string> JournalTextAsync(string id) =>
        string.Join('\n', (await engine.Store.ReadJournalAsync(id, new PageRequest(0, 1000), CancellationToken.None)).Items.Select(j => $"{j.Message} {j.Data}"));
}
