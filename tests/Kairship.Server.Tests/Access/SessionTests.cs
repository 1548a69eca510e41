using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Access;

public sealed class SessionTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Login_GivesTokens_ThatAreTheKey_UntilSignedOut()
    {
        var key = await server.Admin.CreateKeyAsync(new CreateKeyRequest("login-ann", ["viewer", "release-manager"]));
        var login = await LoginAsync("login-ann", key.Token);
        login.GetProperty("isAuthenticated").GetBoolean().Should().BeTrue();
        var access = login.GetProperty("accessToken").GetString()!;

        using var ann = KairshipClient.Connect(server.Address, access);
        (await ann.WhoAmIAsync()).Should().BeEquivalentTo(new IdentityInfo("login-ann", ["viewer", "release-manager"]));
        (await ann.Invoking(a => a.ListKeysAsync()).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(403, "the key's roles decide");

        var claims = Claims(access);
        claims.GetProperty("name").GetString().Should().Be("login-ann");
        var lifetime = TimeSpan.FromSeconds(claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        lifetime.Should().Be(TimeSpan.FromHours(1));
        access.Should().NotContain(key.Token.Split('_', 3)[2]);

        var refreshed = await RefreshAsync(login.GetProperty("refreshToken").GetString()!);
        refreshed.GetProperty("isAuthenticated").GetBoolean().Should().BeTrue();

        using var http = server.Http(access);
        (await http.DeleteAsync("/session")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        foreach (var token in (string[])[access, refreshed.GetProperty("accessToken").GetString()!])
        {
            (await StatusAsync(token)).Should().Be(HttpStatusCode.Unauthorized, "all tokens of the session end");
        }

        foreach (var token in (string[])[login.GetProperty("refreshToken").GetString()!, refreshed.GetProperty("refreshToken").GetString()!])
        {
            (await RefreshAsync(token)).GetProperty("isAuthenticated").GetBoolean().Should().BeFalse();
        }

        (await StatusAsync(key.Token)).Should().Be(HttpStatusCode.OK, "the key itself is as it was");
    }

    /// <summary>Of this the hub hangs up: nobody watches on by a session that is over.</summary>
    [Fact]
    public async Task Session_SaysWhenItEnds_AndAKeyDoesNot()
    {
        var key = await server.Admin.CreateKeyAsync(new CreateKeyRequest("login-end", ["viewer"]));
        var access = (await LoginAsync("login-end", key.Token)).GetProperty("accessToken").GetString()!;

        (await EndAsync(key.Token)).Should().BeNull();
        (await EndAsync(access)).Should().BeCloseTo(TimeProvider.System.GetUtcNow().AddDays(7), TimeSpan.FromMinutes(5));

        async Task<DateTimeOffset?> EndAsync(string token)
        {
            await using var scope = server.Services.CreateAsyncScope();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            context.Request.Headers.Authorization = $"Bearer {token}";
            var result = await context.AuthenticateAsync();
            result.Succeeded.Should().BeTrue();
            return result.Properties!.ExpiresUtc;
        }
    }

    [Theory]
    [InlineData("", "KEY", true)]
    [InlineData(null, "KEY", true)]
    [InlineData("admin", "KEY", true)]
    [InlineData("admin", "  KEY\n", true)]
    [InlineData("somebody-else", "KEY", false)]
    [InlineData("admin", "", false)]
    [InlineData("admin", null, false)]
    [InlineData("admin", "password", false)]
    [InlineData("admin", "KEYx", false)]
    [InlineData("admin", "ks_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    public async Task Login_TakesTheKeyAsPassword_AndItsNameOrNone(string? user, string? password, bool good)
    {
        var login = await LoginAsync(user, password?.Replace("KEY", server.AdminToken, StringComparison.Ordinal));

        login.GetProperty("isAuthenticated").GetBoolean().Should().Be(good);
        login.TryGetProperty("accessToken", out _).Should().Be(good);
        login.TryGetProperty("refreshToken", out _).Should().Be(good);
    }

    [Fact]
    public async Task RevokedKey_EndsItsSessionsAtOnce()
    {
        var key = await server.Admin.CreateKeyAsync(new CreateKeyRequest("revoked-rob", ["viewer"]));
        var login = await LoginAsync("", key.Token);
        var access = login.GetProperty("accessToken").GetString()!;
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(new { key = key.Token });
        (await StatusAsync(access)).Should().Be(HttpStatusCode.OK);

        await server.Admin.RevokeKeyAsync(key.Key.Id);

        (await StatusAsync(access)).Should().Be(HttpStatusCode.Unauthorized);
        (await RefreshAsync(login.GetProperty("refreshToken").GetString()!)).GetProperty("isAuthenticated").GetBoolean().Should().BeFalse();
        (await browser.SessionAsync()).GetProperty("signedIn").GetBoolean().Should().BeFalse();
        (await browser.SendAsync(HttpMethod.Get, "/api/v1/whoami")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Cookie_IsForOurPagesAlone_AndEndsWithSigningOut()
    {
        using var browser = new Browser(server.Address);
        (await browser.SessionAsync()).GetProperty("signedIn").GetBoolean().Should().BeFalse();
        using var signedIn = await browser.SignInAsync(new { key = server.AdminToken });
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        cookie.Should().Contain("httponly").And.Contain("samesite=strict").And.Contain("path=/").And.NotContain("expires").And.NotContain("secure").And.NotContain(server.AdminToken.Split('_', 3)[2]);
        cookie.Should().MatchRegex("^kairship-[0-9a-f]{8}=");

        var session = await browser.SessionAsync();
        session.GetProperty("name").GetString().Should().Be("admin");
        session.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).Should().Contain("admin");
        (await browser.SendAsync(HttpMethod.Get, "/api/v1/whoami")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await browser.SendAsync(HttpMethod.Get, "/elsa/api/features/installed")).StatusCode.Should().Be(HttpStatusCode.OK);

        var forged = await browser.SendAsync(HttpMethod.Post, "/api/v1/keys", "same-site", new { name = "forged", roles = new[] { "admin" } });
        forged.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await server.Admin.ListKeysAsync()).Items.Should().NotContain(k => k.Name == "forged");
        (await browser.SendAsync(HttpMethod.Post, "/api/v1/keys", "same-origin", new { name = "from-page", roles = new[] { "viewer" } })).StatusCode.Should().Be(HttpStatusCode.Created);
        await browser.SendAsync(HttpMethod.Delete, "/session", "cross-site");
        (await browser.SessionAsync()).GetProperty("signedIn").GetBoolean().Should().BeTrue("another site signs nobody out");

        var kept = browser.Cookie;
        (await browser.SendAsync(HttpMethod.Delete, "/session")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        browser.Cookie.Should().BeNull("the browser is told to forget it");
        browser.Cookie = kept;
        (await browser.SessionAsync()).GetProperty("signedIn").GetBoolean().Should().BeFalse("and a copy of it is worth nothing");
    }

    [Fact]
    public async Task Cookie_IsSecure_BehindAProxyThatSpeaksTls()
    {
        using var browser = new Browser(server.Address) { ForwardedProto = "https" };
        using var signedIn = await browser.SignInAsync(new { key = server.AdminToken });
        signedIn.Headers.GetValues("Set-Cookie").Single().Should().Contain("secure");
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task SigningIn_IsForOurPageAlone(string fetchSite)
    {
        using var browser = new Browser(server.Address);
        var refused = await browser.SendAsync(HttpMethod.Post, "/session", fetchSite, new { key = server.AdminToken });
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        browser.Cookie.Should().BeNull();
    }

    [Theory]
    [InlineData("""{"key":"wrong"}""")]
    [InlineData("""{"key":null}""")]
    [InlineData("{}")]
    [InlineData("""{"link":"nothing"}""")]
    [InlineData("""{"link":"../session.key"}""")]
    public async Task WrongProof_SignsNobodyIn(string body)
    {
        using var browser = new Browser(server.Address);
        var refused = await browser.SendAsync(HttpMethod.Post, "/session", "same-origin", JsonDocument.Parse(body).RootElement);
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        browser.Cookie.Should().BeNull();
    }

    [Fact]
    public async Task Link_SignsInOnce_AsTheKeyThatMadeIt()
    {
        var key = await server.Admin.CreateKeyAsync(new CreateKeyRequest("link-lea", ["designer"]));
        using var lea = KairshipClient.Connect(server.Address, key.Token);
        var link = await lea.MakeSignInLinkAsync();
        link.Path.Should().MatchRegex("^/sign-in#[A-Za-z0-9_-]{24}$", "what is behind # reaches no log, and it must fit a line");
        var code = link.Path.Split('#')[1];

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            using var browser = new Browser(server.Address);
            return (await browser.SendAsync(HttpMethod.Post, "/session", "same-origin", new { link = code })).StatusCode;
        }));
        answers.Should().ContainSingle(s => s == HttpStatusCode.OK, "of all who use it at once, one is in").And.HaveCount(5);

        var again = await lea.MakeSignInLinkAsync();
        await server.Admin.RevokeKeyAsync(key.Key.Id);
        using var late = new Browser(server.Address);
        (await late.SendAsync(HttpMethod.Post, "/session", "same-origin", new { link = again.Path.Split('#')[1] })).StatusCode.Should().Be(HttpStatusCode.Forbidden, "the key was revoked");
    }

    [Fact]
    public async Task Link_IsMadeByAKey_NotByASession()
    {
        var access = (await LoginAsync("", server.AdminToken)).GetProperty("accessToken").GetString()!;
        using var session = KairshipClient.Connect(server.Address, access);
        (await session.Invoking(s => s.MakeSignInLinkAsync()).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(403);
    }

    [Fact]
    public async Task Token_OfAnotherUse_OrChanged_IsRefused()
    {
        var login = await LoginAsync("", server.AdminToken);
        var (access, refresh) = (login.GetProperty("accessToken").GetString()!, login.GetProperty("refreshToken").GetString()!);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(new { key = server.AdminToken });
        var cookie = browser.Cookie!.Split('=', 2)[1];

        (await StatusAsync(refresh)).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(cookie)).Should().Be(HttpStatusCode.Unauthorized);
        (await RefreshAsync(access)).GetProperty("isAuthenticated").GetBoolean().Should().BeFalse();
        browser.Cookie = $"{browser.Cookie.Split('=', 2)[0]}={access}";
        (await browser.SessionAsync()).GetProperty("signedIn").GetBoolean().Should().BeFalse();

        var parts = access.Split('.');
        var forged = parts[0] + "." + Encode(Encoding.UTF8.GetString(Decode(parts[1])).Replace("\"admin\"", "\"root\"", StringComparison.Ordinal)) + "." + parts[2];
        var unsigned = Encode("""{"alg":"none","typ":"JWT"}""") + "." + parts[1] + ".";
        foreach (var token in (string[])[forged, unsigned, access[..^2], parts[0] + "." + parts[1] + ".", "a.b.c", new string('a', 9000)])
        {
            (await StatusAsync(token)).Should().Be(HttpStatusCode.Unauthorized);
        }
    }

    [Theory]
    [InlineData("ApiKey", HttpStatusCode.OK)]
    [InlineData("Bearer", HttpStatusCode.OK)]
    [InlineData("Basic", HttpStatusCode.Unauthorized)]
    public async Task Key_IsTaken_InTheSchemesThatStudioSends(string scheme, HttpStatusCode status)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, server.AdminToken);
        (await http.GetAsync("/elsa/api/features/installed")).StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task TokenInTheQuery_IsForHubsAlone()
    {
        using var http = server.Http(null);
        (await http.GetAsync($"/api/v1/whoami?access_token={server.AdminToken}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Features_NameTheHub_EachByItself()
    {
        using var http = server.Http(server.AdminToken);
        var list = await http.GetFromJsonAsync<JsonElement>("/elsa/api/features/installed");
        var names = list.GetProperty("items").EnumerateArray().Select(f => f.GetProperty("fullName").GetString()!).ToList();
        names.Should().Contain("Elsa.RealTimeWorkflowUpdates").And.OnlyHaveUniqueItems();
        list.GetProperty("count").GetInt32().Should().Be(names.Count);
        foreach (var name in names)
        {
            (await http.GetFromJsonAsync<JsonElement>($"/elsa/api/features/installed/{name}")).GetProperty("fullName").GetString().Should().Be(name);
        }

        (await http.GetAsync("/elsa/api/features/installed/Elsa.Nothing")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task SignIns_AreInTheAudit_AndFailuresInTheLogWithoutTheKey()
    {
        var wrong = "ks_00000000abcd_SecretThatIsWrongSecretThatIsWrongSecret12";
        await LoginAsync("", server.AdminToken);
        await LoginAsync("", wrong);

        var audit = await server.Admin.ListAuditAsync();
        audit.Items.Should().Contain(a => a.Action == "session.start" && a.Who == "admin" && a.Status == 200);
        var log = string.Concat(Directory.EnumerateFiles(Path.Combine(server.Data, "logs")).Select(f =>
        {
            using var stream = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new StreamReader(stream).ReadToEnd();
        }));
        log.Should().Contain("Sign-in refused").And.NotContain("SecretThatIsWrong");
    }

    private async Task<JsonElement> LoginAsync(string? username, string? password)
    {
        using var http = server.Http(null);
        using var response = await http.PostAsJsonAsync("/elsa/api/identity/login", new { username, password });
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> RefreshAsync(string token)
    {
        using var http = server.Http(token);
        using var response = await http.PostAsync("/elsa/api/identity/refresh-token", null);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var http = server.Http(null);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return (await http.GetAsync("/api/v1/whoami")).StatusCode;
    }

    private static JsonElement Claims(string token) => JsonDocument.Parse(Decode(token.Split('.')[1])).RootElement;

    private static byte[] Decode(string part) => System.Buffers.Text.Base64Url.DecodeFromChars(part);

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
