using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kairship.Testing.Metrics;

/// <summary>An HTTP server with the query API of Prometheus: answers in its shape, with the numbers that a test sets.</summary>
public sealed class PrometheusStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PrometheusStandIn()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Map("/{**path}", async (HttpContext context) =>
        {
            var query = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync())["query"].ToString() : context.Request.Query["query"].ToString();
            Seen.Enqueue(new Asked(context.Request.Method, context.Request.Path, query, context.Request.Headers.Authorization.ToString()));
            await Holds(context.RequestAborted);
            var (status, body) = context.Request.Path == "/api/v1/query" ? Answers(query) : (404, "404 page not found\n");
            context.Response.StatusCode = status;
            context.Response.Headers.Location = Redirect;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        });
    }

    public Uri Url => new(_app.Urls.Single());

    public ConcurrentQueue<Asked> Seen { get; } = new();

    /// <summary>What a query is answered with.</summary>
    public Func<string, (int Status, string Body)> Answers { get; set; } = _ => (200, None());

    /// <summary>Waited for before every answer.</summary>
    public Func<CancellationToken, Task> Holds { get; set; } = _ => Task.CompletedTask;

    public string? Redirect { get; set; }

    public static async Task<PrometheusStandIn> StartAsync()
    {
        var server = new PrometheusStandIn();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Every query gives this number.</summary>
    public void Says(decimal value) => Answers = _ => (200, Vector(value.ToString(CultureInfo.InvariantCulture)));

    public static string None() => Vector();

    /// <summary>A vector with one series for each number.</summary>
    public static string Vector(params string[] values) => Success("vector", $"[{string.Join(',', values.Select((v, i) => $$"""{"metric":{"job":"j{{i}}"},"value":[1764000000.123,"{{v}}"]}"""))}]");

    public static string Success(string type, string result) => $$$"""{"status":"success","data":{"resultType":"{{{type}}}","result":{{{result}}}}}""";

    public static string Refusal(string error) => $$"""{"status":"error","errorType":"bad_data","error":"{{error}}"}""";

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public sealed record Asked(string Method, string Path, string Query, string Authorization);
}
