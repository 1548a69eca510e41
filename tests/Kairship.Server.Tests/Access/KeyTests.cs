using System.Net;
using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Server.Access;

namespace Kairship.Server.Tests.Access;

public sealed class KeyTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public void AdminKey_IsInAFile_ThatOnlyItsOwnerReads()
    {
        File.ReadAllText(Path.Combine(server.Data, "admin.key")).Trim().Should().StartWith("ks_");
        foreach (var file in new[] { "admin.key", "kairship.db", "kairship.db-wal" })
        {
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(Path.Combine(server.Data, file)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
            }
        }
    }

    [Fact]
    public async Task AdminKey_IsNowhereElse_InTheDataFolder()
    {
        var secret = server.AdminToken.Split('_', 3)[2];
        await server.Admin.ListKeysAsync();
        foreach (var file in Directory.EnumerateFiles(server.Data, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("admin.key" or "kairship.lock")))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            (await reader.ReadToEndAsync()).Should().NotContain(secret, $"{file} must not hold the secret");
        }
    }

    [Fact]
    public async Task Key_IsMadeUsedAndRevoked()
    {
        var made = await server.Admin.CreateKeyAsync(new CreateKeyRequest("bob", ["viewer", "release-manager"]));
        using var bob = KairshipClient.Connect(server.Address, made.Token);

        var who = await bob.WhoAmIAsync();
        who.Name.Should().Be("bob");
        who.Roles.Should().BeEquivalentTo("viewer", "release-manager");

        await server.Admin.RevokeKeyAsync(made.Key.Id);
        var refused = await bob.Invoking(b => b.WhoAmIAsync()).Should().ThrowAsync<KairshipApiException>();
        refused.Which.Status.Should().Be(401);

        var again = await server.Admin.CreateKeyAsync(new CreateKeyRequest("bob", ["viewer"]));
        again.Key.Id.Should().NotBe(made.Key.Id, "the name is free again, the key is another");
    }

    [Fact]
    public async Task LastAdminKey_IsNotRevoked()
    {
        var admin = (await server.Admin.ListKeysAsync()).Items.Single(k => k.Name == "admin");
        var refused = await server.Admin.Invoking(a => a.RevokeKeyAsync(admin.Id)).Should().ThrowAsync<KairshipApiException>();
        refused.Which.Status.Should().Be(409);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    public async Task OpenPaths_NeedNoKey(string path)
    {
        using var http = server.Http(null);
        using var response = await http.GetAsync(path);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task EveryApiPath_NeedsAKey()
    {
        using var http = server.Http(null);
        var document = System.Text.Json.JsonElement.Parse(await http.GetStringAsync("/openapi/v1.json"));
        var paths = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(m => (Path: p.Name, Method: m.Name)))
            .Where(p => p.Path.StartsWith("/api/", StringComparison.Ordinal)).ToList();
        paths.Should().HaveCountGreaterThan(30);
        foreach (var (path, method) in paths)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));
            using var response = await http.SendAsync(request);
            response.StatusCode.Should().Be(HttpStatusCode.Unauthorized, $"{method} {path}");
        }
    }

    [Fact]
    public async Task Audit_HasWhoWhatWhen_AlsoOfWhatWasRefused()
    {
        var viewer = await server.KeyAsync("carol", "viewer");
        using var carol = KairshipClient.Connect(server.Address, viewer);
        await carol.Invoking(c => c.ApplyApplicationAsync(SampleApplications.Yaml("carols"))).Should().ThrowAsync<KairshipApiException>();
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("audited"));

        var lines = (await server.Admin.ListAuditAsync()).Items;

        lines[0].Should().Match<Kairship.Api.Audit.AuditLine>(l => l.Who == "admin" && l.Action == "application.apply" && l.Subject == "audited" && l.Status == 201);
        lines[1].Should().Match<Kairship.Api.Audit.AuditLine>(l => l.Who == "carol" && l.Action == "application.apply" && l.Status == 403);
        lines[2].Should().Match<Kairship.Api.Audit.AuditLine>(l => l.Who == "admin" && l.Action == "key.create" && l.Subject == "carol" && l.Status == 201);
    }

    [Fact]
    public void Token_ReadsBack()
    {
        var token = KeyToken.New();
        KeyToken.TryParse(token.ToString(), out var read).Should().BeTrue();
        read.Should().Be(token);
        read!.Matches(token.Hash()).Should().BeTrue();
        KeyToken.New().Matches(token.Hash()).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("ks_")]
    [InlineData("ks__secret")]
    [InlineData("ks_abc_")]
    [InlineData("ks_ABC_secret")]
    [InlineData("xx_abc_secret")]
    public void Token_OfAnotherForm_IsNone(string text) => KeyToken.TryParse(text, out _).Should().BeFalse();
}
