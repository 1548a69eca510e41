using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance;

/// <summary>
/// The base of every class of cases. A class is abstract; two one-line subclasses name the server. Each case has a namespace of its own.
/// </summary>
public abstract class ConformanceCases(ConformanceServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static int _names;

    protected ConformanceServer Server => server;

    /// <summary>The namespace of this case, with its default service account.</summary>
    protected string Namespace { get; } = Unique("case");

    /// <summary>False where no case of the class needs <see cref="Namespace"/>.</summary>
    protected virtual bool Namespaced => true;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (server.WhyMissing is { } why)
        {
            Assert.Skip(why);
        }

        await server.StartAsync();
        if (Namespaced)
        {
            (await PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Namespace}}}"}}""")).Code.Should().Be(201);
            // Pods are refused until the controllers have made it, and before 1.24 its token.
            await UntilAsync(
                () => GetAsync($"/api/v1/namespaces/{Namespace}/serviceaccounts/default"), a => a.Code == 200 && (Since(1, 24) || a.Json.ContainsKey("secrets")));
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Namespaced && server.WhyMissing is null)
        {
            await DeleteAsync($"/api/v1/namespaces/{Namespace}");
        }
    }

    /// <summary>Whether the server is at least this version. Cases state what older ones do in its place; they do not skip.</summary>
    protected bool Since(int major, int minor) => server.Version >= new Version(major, minor);

    /// <summary>A name that no other case uses.</summary>
    protected static string Unique(string prefix) => $"{prefix}-{Interlocked.Increment(ref _names)}-{Random.Shared.Next(0x10000):x4}";

    /// <summary>
    /// How this server serves a kind, by discovery.
    /// </summary>
    /// <param name="versions">Versions that will do, best first; none: the group's order of preference.</param>
    protected async Task<ServedKind> KindAsync(string kind, string group = "", params string[] versions)
    {
        if (versions.Length == 0)
        {
            versions = group.Length == 0 ? ["v1"] : [.. (await GetAsync($"/apis/{group}")).Items("versions").Select(v => (string)v["version"]!)];
        }

        foreach (var version in versions)
        {
            var root = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
            var found = (await GetAsync(root)).Items("resources").FirstOrDefault(r => (string?)r["kind"] == kind && !((string)r["name"]!).Contains('/'));
            if (found is not null)
            {
                return new ServedKind(root, group.Length == 0 ? version : $"{group}/{version}", kind, (string)found["name"]!, (bool)found["namespaced"]!);
            }
        }

        throw new InvalidOperationException($"{kind} of group \"{group}\" is not served in {string.Join(", ", versions)}.");
    }

    /// <summary>A path in this case's namespace: <c>In("configmaps/x")</c>, <c>In("apps/v1", "deployments")</c>.</summary>
    protected string In(string resource) => $"/api/v1/namespaces/{Namespace}/{resource}";

    protected string In(string groupVersion, string resource) => $"/apis/{groupVersion}/namespaces/{Namespace}/{resource}";

    protected string In(ServedKind kind, string? name = null) => kind.Path(Namespace, name);

    protected async Task<Reply> SendAsync(string method, string path, string? body = null, string? contentType = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType ?? "application/json");
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await server.Http.SendAsync(request, Cancel);
        return await Reply.OfAsync(response, Cancel);
    }

    protected Task<Reply> GetAsync(string path, string? accept = null) => SendAsync("GET", path, accept: accept);

    protected Task<Reply> PostAsync(string path, string body, string? contentType = null) => SendAsync("POST", path, body, contentType);

    protected Task<Reply> PutAsync(string path, string body, string? contentType = null) => SendAsync("PUT", path, body, contentType);

    protected Task<Reply> DeleteAsync(string path, string? options = null) => SendAsync("DELETE", path, options);

    /// <param name="kind"><c>json</c>, <c>merge</c>, <c>strategic</c> or <c>apply</c>.</param>
    protected Task<Reply> PatchAsync(string path, string body, string kind = "merge") => SendAsync("PATCH", path, body, kind switch
    {
        "json" => "application/json-patch+json",
        "merge" => "application/merge-patch+json",
        "strategic" => "application/strategic-merge-patch+json",
        "apply" => "application/apply-patch+yaml",
        _ => kind,
    });

    /// <summary>Creates and answers it as stored; anything but 201 fails the case.</summary>
    protected async Task<Reply> CreateAsync(string path, string body)
    {
        var reply = await PostAsync(path, body);
        reply.Code.Should().Be(201, "{0} answered {1}", path, reply.Text);
        return reply;
    }

    protected Task<Reply> CreateConfigMapAsync(string name, string more = "") =>
        CreateAsync(In("configmaps"), $$$"""{"metadata":{"name":"{{{name}}}"{{{(more.Length > 0 ? "," + more : "")}}}},"data":{"k":"v"}}""");

    /// <summary>Asks again and again until the answer is as wanted; fails after 30 seconds with the last answer.</summary>
    protected static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, string because = "")
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Not within {Patience.TotalSeconds} s: {because}. Last seen: {answer}"));
            }

            await Task.Delay(Pause, TimeProvider.System, Cancel);
        }
    }

    /// <summary>Reads one object until it is as wanted.</summary>
    protected Task<Reply> UntilAsync(string path, Func<JsonObject, bool> wanted, string because = "") =>
        UntilAsync(() => GetAsync(path), r => r.Code == 200 && wanted(r.Json), because);

    /// <summary>Waits until nothing is found there.</summary>
    protected Task<Reply> UntilGoneAsync(string path) => UntilAsync(() => GetAsync(path), r => r.Code == 404, $"{path} goes away");

    /// <summary>Compares JSON; the order of fields does not count.</summary>
    protected static void ShouldBeJson(JsonNode? actual, string expected) =>
        JsonNode.DeepEquals(actual, JsonNode.Parse(expected)).Should().BeTrue("{0} is expected, not {1}", expected, actual?.ToJsonString());

    /// <summary>Opens a watch; <paramref name="query"/> goes behind <c>watch=true</c>.</summary>
    protected Task<WatchReader> WatchAsync(string path, string query = "", string? accept = null) =>
        WatchReader.OpenAsync(server.Http, $"{path}?watch=true{(query.Length > 0 ? "&" + query : "")}", accept, Cancel);
}

/// <summary>A kind as one server serves it.</summary>
/// <param name="Root"><c>/apis/apps/v1</c></param>
/// <param name="ApiVersion"><c>apps/v1</c></param>
public sealed record ServedKind(string Root, string ApiVersion, string Kind, string Plural, bool Namespaced)
{
    public string Version => ApiVersion[(ApiVersion.IndexOf('/') + 1)..];

    public string Path(string ns, string? name = null) =>
        $"{Root}/{(Namespaced ? $"namespaces/{ns}/" : "")}{Plural}{(name is null ? "" : "/" + name)}";
}
