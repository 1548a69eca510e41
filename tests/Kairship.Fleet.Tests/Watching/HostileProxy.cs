using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kairship.Fleet.Tests.Watching;

/// <summary>
/// Stands between Kairship and a cluster and does to requests and to the lines of watches what bad networks, load balancers and API servers in trouble do. Lets everything
/// pass until it is told to be hostile.
/// </summary>
internal sealed class HostileProxy : IAsyncDisposable
{
    private static readonly string[] Refusals =
    [
        """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}""",
        """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"slow down","reason":"TooManyRequests","code":429}""",
        """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"oops","reason":"InternalError","code":500}""",
    ];

    private readonly WebApplication _app;
    private readonly HttpClient _upstream;
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource _cut = new();

    private HostileProxy(Uri upstream, int seed)
    {
        _random = new Random(seed);
        _upstream = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = upstream, Timeout = Timeout.InfiniteTimeSpan };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ForwardAsync);
    }

    public Uri Url => new(_app.Urls.Single());

    public volatile bool Hostile;

    /// <summary>Also lets single events vanish out of streams that go on as if nothing were.</summary>
    public bool MayDrop { get; init; }

    public int Harm;

    /// <summary>Says to every watch that its place is forgotten, even if it was told just now.</summary>
    public volatile bool ForgetsEverything;

    public int Lists;

    public static async Task<HostileProxy> StartAsync(Uri upstream, int seed, bool mayDrop)
    {
        var proxy = new HostileProxy(upstream, seed) { MayDrop = mayDrop };
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>Cuts all that is open, as a restart of a load balancer does.</summary>
    public void Cut() => Interlocked.Exchange(ref _cut, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // What was open is closed.
        }

        await _app.DisposeAsync();
        _upstream.Dispose();
        _stop.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _cut.Token, _stop.Token);
        try
        {
            var isWatch = context.Request.Query.ContainsKey("watch");
            if (!isWatch && context.Request.Query.ContainsKey("limit"))
            {
                Interlocked.Increment(ref Lists);
            }

            if (isWatch && ForgetsEverything)
            {
                context.Response.StatusCode = 410;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(Refusals[0], either.Token);
                return;
            }

            if (Hostile && await RefusesAsync(context, isWatch, either.Token))
            {
                return;
            }

            using var message = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString.ToString());
            message.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
            message.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
            using var response = await _upstream.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            if (isWatch && response.IsSuccessStatusCode)
            {
                context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
                await context.Response.StartAsync(either.Token);
                await ForwardLinesAsync(context, body, either.Token);
            }
            else
            {
                await body.CopyToAsync(context.Response.Body, either.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private async Task<bool> RefusesAsync(HttpContext context, bool isWatch, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Draw(15)), TimeProvider.System, cancellationToken);
        switch (Draw(100))
        {
            case < 12:
                // A list of its first page never answers 410; later pages and watches do.
                var refusal = Draw(isWatch || context.Request.Query.ContainsKey("continue") ? 3 : 2);
                var body = Refusals[Refusals.Length - 1 - refusal];
                context.Response.StatusCode = body.Contains("410", StringComparison.Ordinal) ? 410 : body.Contains("429", StringComparison.Ordinal) ? 429 : 500;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(body, cancellationToken);
                break;
            case < 16:
                await context.Response.WriteAsync("<html>bad gateway</html>\n", cancellationToken);
                break;
            case < 20:
                context.Abort();
                break;
            default:
                return false;
        }

        Interlocked.Increment(ref Harm);
        return true;
    }

    private async Task ForwardLinesAsync(HttpContext context, Stream body, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body, Encoding.UTF8);
        var sent = new List<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Hostile)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Draw(4)), TimeProvider.System, cancellationToken);
                if (!await HarmAsync(context, line, sent, cancellationToken))
                {
                    context.Abort();
                    return;
                }
            }
            else
            {
                await WriteAsync(context, line + "\n", cancellationToken);
            }

            sent.Add(line);
        }
    }

    /// <summary>False: the connection ends here.</summary>
    private async Task<bool> HarmAsync(HttpContext context, string line, List<string> sent, CancellationToken cancellationToken)
    {
        var draw = Draw(100);
        if (draw < 40)
        {
            Interlocked.Increment(ref Harm);
        }

        switch (draw)
        {
            case < 8:
                await WriteAsync(context, line + "\n" + line + "\n", cancellationToken);
                return true;
            case < 14 when sent.Count > 0:
                // An old line again, out of its turn.
                await WriteAsync(context, line + "\n" + sent[Draw(sent.Count)] + "\n", cancellationToken);
                return true;
            case < 20:
                await WriteAsync(context, line[..Draw(line.Length)], cancellationToken);
                return false;
            case < 23:
                await WriteAsync(context, line + "\n" + """{"type":"ERROR","object":""" + Refusals[Draw(Refusals.Length)] + "}\n", cancellationToken);
                return true;
            case < 26:
                await WriteAsync(context, "]]{ this is no event\n", cancellationToken);
                return true;
            case < 29:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return false;
            case < 40 when MayDrop:
                return true;
            case < 34:
                foreach (var half in (string[])[line[..(line.Length / 2)], line[(line.Length / 2)..] + "\n"])
                {
                    await WriteAsync(context, half, cancellationToken);
                    await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
                }

                return true;
            default:
                await WriteAsync(context, line + "\n", cancellationToken);
                return true;
        }
    }

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync(text, cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    private int Draw(int below)
    {
        lock (_gate)
        {
            return _random.Next(below);
        }
    }
}
