using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Kairship.Simulator.Api;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kairship.Simulator.Tests.Api;

/// <summary>One API server without controllers, on free loopback ports.</summary>
sealed class ApiHost : IAsyncDisposable
{
    public const string Token = "letmein";
    readonly WebApplication _app;

    static readonly Lazy<X509Certificate2> Certificate = new(SelfSigned);

    ApiHost(WebApplication app, ObjectStore store)
    {
        _app = app;
        Store = store;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).ToList();
        Url = addresses.Single(a => a.Scheme == "http");
        SecureUrl = addresses.Single(a => a.Scheme == "https");
        Http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(20) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Http.DefaultRequestHeaders.UserAgent.ParseAdd("tests/1.0");
        Client = new Kubernetes(new KubernetesClientConfiguration { Host = Url.ToString(), AccessToken = Token });
    }

    public ObjectStore Store { get; }

    public Uri Url { get; }

    /// <summary>The same over TLS, with a certificate that nobody trusts: kubectl sends its token only there.</summary>
    public Uri SecureUrl { get; }

    public HttpClient Http { get; }

    /// <summary>KubernetesClient itself.</summary>
    public Kubernetes Client { get; }

    public static async Task<ApiHost> StartAsync(TimeProvider? clock = null, int history = 1024, TimeSpan? bookmarks = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Certificate.Value));
        });
        var app = builder.Build();
        var store = new ObjectStore(clock ?? TimeProvider.System, history);
        ApiServer.Seed(store);
        app.MapKubernetesApi(store, new ApiServerOptions("v1.34.0", token => token == Token) { BookmarkInterval = bookmarks ?? TimeSpan.FromSeconds(15) });
        await app.StartAsync();
        return new ApiHost(app, store);
    }

    public async Task<Answer> SendAsync(string method, string path, JsonNode? body = null, string media = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, media);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var node = text.Length > 0 && text[0] == '{' ? JsonNode.Parse(text)!.AsObject() : [];
        return new Answer((int)response.StatusCode, node, response.Headers.TryGetValues("Warning", out var w) ? [.. w] : [], text);
    }

    public Task<Answer> GetAsync(string path, string? accept = null) => SendAsync("GET", path, accept: accept);

    public Task<Answer> ApplyAsync(string path, JsonNode body, string manager, bool force = false, bool dryRun = false) =>
        SendAsync("PATCH", $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}{(dryRun ? "&dryRun=All" : "")}", body, "application/apply-patch+yaml");

    /// <summary>The events of a watch until <paramref name="enough"/> holds.</summary>
    public async Task<List<JsonObject>> WatchAsync(string path, Func<List<JsonObject>, bool> enough, Func<Task>? meanwhile = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15), TimeProvider.System);
        using var response = await Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        response.EnsureSuccessStatusCode();
        if (meanwhile is not null)
            await meanwhile();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var events = new List<JsonObject>();
        while (!enough(events) && await reader.ReadLineAsync(limit.Token) is { } line)
            events.Add(JsonNode.Parse(line)!.AsObject());
        return events;
    }

    static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Client.Dispose();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await _app.StopAsync(stop.Token);
        await _app.DisposeAsync();
    }
}

sealed record Answer(int Code, JsonObject Body, IReadOnlyList<string> Warnings, string Raw)
{
    public string Message => Body["message"]?.GetValue<string>() ?? Raw;

    public string Reason => Body["reason"]?.GetValue<string>() ?? "";

    public string ResourceVersion => Body["metadata"]!["resourceVersion"]!.GetValue<string>();
}

/// <summary>Objects for tests.</summary>
static class Sample
{
    public static JsonObject Deployment(string name = "web", string image = "nginx:1", long? replicas = null)
    {
        var deployment = Json("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"NAME","labels":{"app":"NAME"}},
             "spec":{"selector":{"matchLabels":{"app":"NAME"}},
                     "template":{"metadata":{"labels":{"app":"NAME"}},"spec":{"containers":[{"name":"NAME","image":"IMAGE"}]}}}}
            """.Replace("NAME", name, StringComparison.Ordinal).Replace("IMAGE", image, StringComparison.Ordinal));
        if (replicas is not null)
            deployment["spec"]!["replicas"] = replicas;
        return deployment;
    }

    public static JsonObject ConfigMap(string name, params (string, string)[] data)
    {
        var map = Json("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"data":{}}""".Replace("NAME", name, StringComparison.Ordinal));
        foreach (var (key, value) in data)
            map["data"]![key] = value;
        return map;
    }

    public static JsonObject Pod(string name, string image = "nginx:1") => Json(
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"NAME","labels":{"app":"NAME"}},"spec":{"containers":[{"name":"c","image":"IMAGE"}]}}"""
            .Replace("NAME", name, StringComparison.Ordinal).Replace("IMAGE", image, StringComparison.Ordinal));

    public static JsonObject Json(string text) => JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true })!.AsObject();
}
