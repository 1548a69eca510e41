using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kairship.Fleet.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kairship.Fleet.Tests.Health;

/// <summary>Forwards to a real API server and notes which right each request needs, as the server's authorizer reads it.</summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _upstream;

    private RecordingProxy(Uri upstream, X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        _upstream = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { CertificateChainPolicy = policy } }) { BaseAddress = upstream, Timeout = Timeout.InfiniteTimeSpan };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ForwardAsync);
    }

    public Uri Url => new(_app.Urls.Single());

    public ConcurrentDictionary<AccessRight, int> Rights { get; } = new();

    public static async Task<RecordingProxy> StartAsync(Uri upstream, X509Certificate2Collection roots)
    {
        var proxy = new RecordingProxy(upstream, roots);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Watches were open.
        }

        await _app.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        try
        {
            using var message = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString.ToString());
            message.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
            message.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
            if (context.Request.ContentType is { } type)
            {
                message.Content = new StreamContent(context.Request.Body);
                message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            using var response = await _upstream.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            Note(context.Request, (int)response.StatusCode);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await context.Response.StartAsync(context.RequestAborted);
            await using var body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
            await body.CopyToAsync(context.Response.Body, 1, context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private void Note(HttpRequest request, int status)
    {
        var parts = request.Path.Value!.Trim('/').Split('/').ToList();
        var (group, at) = parts[0] == "api" ? ("", 2) : (parts.Count > 1 ? parts[1] : "", 3);
        if (parts[0] is not ("api" or "apis") || parts.Count <= at)
        {
            return;
        }

        if (parts[at] == "namespaces" && parts.Count > at + 2)
        {
            at += 2;
        }

        var (resource, named) = (parts[at], parts.Count > at + 1);
        if (parts.Count > at + 2)
        {
            resource += "/" + parts[at + 2];
        }

        var verb = request.Method switch
        {
            "GET" => request.Query.ContainsKey("watch") ? "watch" : named ? "get" : "list",
            "POST" => "create",
            "PATCH" => "patch",
            _ => request.Method.ToLowerInvariant(),
        };
        Rights.AddOrUpdate(new AccessRight(verb, group, resource), 1, (_, n) => n + 1);
        if (verb == "patch" && status == 201)
        {
            // Server-side apply of what is not there needs both.
            Rights.AddOrUpdate(new AccessRight("create", group, resource), 1, (_, n) => n + 1);
        }
    }
}
