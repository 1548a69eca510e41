using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kairship.Server.Hosting;

namespace Kairship.Server.Tests.Studio;

public sealed class StudioPagesTests(SamplePackage package) : IClassFixture<SamplePackage>, IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = package.Server.Address };

    public void Dispose() => http.Dispose();

    public static TheoryData<string> Assets =>
        [.. typeof(KairshipServer).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("studio/", StringComparison.Ordinal)).Select(n => n["studio/".Length..])];

    [Theory]
    [InlineData("/workflows", 200)]
    [InlineData("/workflows/definitions", 200)]
    [InlineData("/workflows/definitions/canary", 200)]
    [InlineData("/workflows/definitions/with%20space%2Fslash", 200)]
    [InlineData("/workflows/definitions/canary/versions", 200)]
    [InlineData("/workflows/instances", 200)]
    [InlineData("/workflows/instances/5531926ef5bfe099", 200)]
    [InlineData("/sign-in", 200)]
    [InlineData("/workflows/nowhere", 404)]
    [InlineData("/workflows/definitions/a/b/c", 404)]
    public async Task Page_OpensWithoutAKey_AndIsShutIn(string path, int status)
    {
        using var response = await http.GetAsync(path);

        ((int)response.StatusCode).Should().Be(status);
        response.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        var policy = response.Headers.GetValues("Content-Security-Policy").Single().Split("; ");
        policy.Should().Contain("default-src 'self'").And.ContainSingle(p => p.StartsWith("script-src 'self' 'wasm-unsafe-eval' 'sha256-", StringComparison.Ordinal)).And.Contain("connect-src 'self'")
            .And.Contain("frame-ancestors 'none'").And.Contain("object-src 'none'").And.Contain("base-uri 'self'").And.Contain("form-action 'self'");
        policy.Should().NotContain(p => p.Contains('*') || p.Contains("http", StringComparison.Ordinal) || p.Contains("'unsafe-eval'", StringComparison.Ordinal)
            || (p.StartsWith("script-src", StringComparison.Ordinal) && p.Contains("unsafe-inline", StringComparison.Ordinal)));
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("X-Frame-Options").Should().Equal("DENY");
        response.Headers.GetValues("Referrer-Policy").Should().Equal("same-origin");
    }

    [Fact]
    public async Task Root_LeadsToTheWorkflows()
    {
        using var response = await http.GetAsync("/");
        response.StatusCode.Should().Be(HttpStatusCode.Redirect);
        response.Headers.Location!.ToString().Should().Be("/workflows");
    }

    [Fact]
    public async Task Pages_AreAskedForAnew_AndNotSentTwice()
    {
        using var first = await http.GetAsync("/workflows");
        first.Headers.CacheControl!.ToString().Should().Be("no-cache");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/workflows");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await http.SendAsync(request);
        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
        again.Headers.Contains("Content-Security-Policy").Should().BeTrue("a browser takes the headers of the 304");
    }

    [Theory]
    [MemberData(nameof(Assets))]
    public async Task Asset_NamesNoOtherServer_AndNothingThatIsMissing(string name)
    {
        using var stream = typeof(KairshipServer).Assembly.GetManifestResourceStream("studio/" + name)!;
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync();

        Regex.Matches(text, "(https?:)?//[a-z0-9-]+\\.[a-z]{2,}", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(m => m.Value).Should().BeSubsetOf(["http://www.w3.org", "//www.w3.org"]);
        foreach (var asset in Regex.Matches(text, "[\"'](/assets/[^\"']+)[\"']", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(m => m.Groups[1].Value).Where(a => a.Contains('.')))
        {
            (await http.GetAsync(asset)).StatusCode.Should().Be(HttpStatusCode.OK, asset);
        }

        if (name.EndsWith(".html", StringComparison.Ordinal))
        {
            text.Should().NotMatchRegex("<script(?![^>]*src=)", "the policy lets no script in that stands in the page").And.NotMatchRegex("\\son[a-z]+=").And.NotContain("style=");
            (await http.GetAsync($"/assets/{name}")).StatusCode.Should().Be(HttpStatusCode.NotFound, "a page has its own path and its headers");
        }
        else
        {
            using var response = await http.GetAsync($"/assets/{name}");
            response.Content.Headers.ContentType!.MediaType.Should().Be(Path.GetExtension(name) switch { ".js" => "text/javascript", ".css" => "text/css", _ => "image/svg+xml" });
        }
    }

    [Theory]
    [InlineData("/assets/missing.js")]
    [InlineData("/assets/..%2fworkflows.js")]
    public async Task Asset_ThatIsNone_IsNotFound(string path) => (await http.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);

    [Fact]
    public async Task StudioThatIsMissing_IsSaid_AndFoundWhenItComes()
    {
        await using var server = new RunningServer();
        var empty = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"kairship-no-studio-{Guid.NewGuid():N}"));
        try
        {
            server.StudioDirectory = empty.FullName;
            await server.InitializeAsync();
            using var plain = server.Http(null);

            (await plain.GetFromJsonAsync<JsonElement>("/session")).TryGetProperty("studio", out _).Should().BeFalse();
            (await plain.GetAsync("/workflows")).StatusCode.Should().Be(HttpStatusCode.OK, "the page says how to get the designer");
            (await plain.GetAsync("/assets/workflows.js")).StatusCode.Should().Be(HttpStatusCode.OK);
            using var missing = await plain.GetAsync($"/workflows/{SamplePackage.Script}");
            missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await missing.Content.ReadAsStringAsync()).Should().Contain("not on this server");
            (await server.Admin.WhoAmIAsync()).Name.Should().Be("admin", "the API does not need the designer");

            Directory.CreateDirectory(Path.Combine(empty.FullName, "_framework"));
            await File.WriteAllTextAsync(Path.Combine(empty.FullName, SamplePackage.Script), "//");
            (await plain.GetFromJsonAsync<JsonElement>("/session")).GetProperty("studio").GetString().Should().Be("unknown", "there is no package.json in it");
            (await plain.GetAsync($"/workflows/{SamplePackage.Script}")).StatusCode.Should().Be(HttpStatusCode.OK);
        }
        finally
        {
            empty.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Session_NamesTheVersionOfTheStudio() =>
        (await http.GetFromJsonAsync<JsonElement>("/session")).GetProperty("studio").GetString().Should().Be("1.2.3");
}
