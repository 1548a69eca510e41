using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kairship.Benchmarks.Fleet;

/// <summary>Just enough of an API server to be watched: an empty list of Deployments, and a watch that sends the given lines as fast as they are read and then stays open.</summary>
internal sealed class EventServer : IAsyncDisposable
{
    /// <summary>What joining and discovery ask for.</summary>
    private static readonly Dictionary<string, string> Documents = new(StringComparer.Ordinal)
    {
        ["/version"] = """{"major":"1","minor":"32","gitVersion":"v1.32.0"}""",
        ["/readyz"] = "ok",
        ["/api/v1/namespaces/kube-system"] = """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"kube-system","uid":"4c1e7f0a-0000-4000-8000-000000000001"}}""",
        ["/api/v1/nodes"] = """{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}""",
        ["/api"] = """{"kind":"APIVersions","versions":["v1"]}""",
        ["/api/v1"] = """{"kind":"APIResourceList","groupVersion":"v1","resources":[]}""",
        ["/apis"] = """
            {"kind":"APIGroupList","apiVersion":"v1","groups":[
             {"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}]}
            """,
        ["/apis/apps/v1"] = """
            {"kind":"APIResourceList","groupVersion":"apps/v1","resources":[
             {"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment","verbs":["get","list","watch"]}]}
            """,
    };

    private readonly WebApplication _app;
    private readonly byte[][] _lines;

    private EventServer(WebApplication app, byte[][] lines) => (_app, _lines) = (app, lines);

    public int BytesEach => (int)(_lines.Sum(l => (long)l.Length) / _lines.Length);

    public string Kubeconfig => $$"""
        apiVersion: v1
        kind: Config
        current-context: stream
        clusters: [{name: stream, cluster: {server: "{{_app.Urls.First()}}" } }]
        contexts: [{name: stream, context: {cluster: stream, user: stream} }]
        users: [{name: stream, user: {token: none} }]
        """;

    public static async Task<EventServer> StartAsync(byte[][] lines)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        foreach (var (path, document) in Documents)
        {
            app.MapGet(path, () => Results.Text(document, "application/json"));
        }

        app.MapGet("/apis/apps/v1/deployments", context => AnswerAsync(context, lines));
        await app.StartAsync();
        return new EventServer(app, lines);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, byte[][] lines)
    {
        context.Response.ContentType = "application/json";
        if (context.Request.Query["watch"] != "true")
        {
            await context.Response.WriteAsync("""{"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{"resourceVersion":"1"},"items":[]}""");
            return;
        }

        try
        {
            foreach (var line in lines)
            {
                await context.Response.Body.WriteAsync(line, context.RequestAborted);
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader has what it wanted.
        }
    }
}
