using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;

namespace Kairship.Fleet.Tests.Clusters;

/// <summary>What can be wrong with certificates, against real TLS.</summary>
public sealed class CertificateTroubleTests : IDisposable
{
    private readonly TestCertificates _ca = new();

    public void Dispose() => _ca.Dispose();

    [Theory]
    [InlineData("wrong CA", "CertificateAuthorityMismatch", "certificate-authority-data")]
    [InlineData("wrong name", "CertificateNameMismatch", "elsewhere.example")]
    [InlineData("expired", "CertificateExpired", "renew it in the cluster")]
    [InlineData("not yet valid", "CertificateNotYetValid", "clocks")]
    public async Task ServerCertificate_ThatIsNotGood_SaysWhatIsWrongAndWhatToDo(string what, string cause, string says)
    {
        using var other = new TestCertificates("another CA");
        using var certificate = what switch
        {
            "wrong name" => _ca.Server(host: "elsewhere.example"),
            "expired" => _ca.Server(-30, -1),
            "not yet valid" => _ca.Server(2, 30),
            _ => _ca.Server(),
        };
        await using var server = await TlsServer.StartAsync(certificate);
        using var connection = await ConnectAsync(server.Url, (what == "wrong CA" ? other : _ca).CaData, "token: t");
        var failure = (await connection.Awaiting(c => c.SendOnceAsync(ClusterRequest.Get("version"), default)).Should().ThrowAsync<ClusterException>()).Which;
        failure.Kind.Should().Be(ClusterFailure.CertificateInvalid);
        failure.Cause.Should().Be(cause, failure.Message);
        failure.Detail.Should().Contain(says);
        server.Seen.Should().BeEmpty("nothing is said to who cannot be trusted");
    }

    [Fact]
    public async Task ServerCertificate_OfAnotherNameThanTheAddress_IsGoodByTlsServerName()
    {
        using var certificate = _ca.Server(host: "api.example");
        await using var server = await TlsServer.StartAsync(certificate);
        using var connection = await ConnectAsync(server.Url, _ca.CaData, "token: t", "tls-server-name: api.example");
        (await connection.SendOnceAsync(ClusterRequest.Get("version"), default)).Status.Should().Be(200);
    }

    [Fact]
    public async Task ServerCertificate_ThatEndsSoon_IsAWarning()
    {
        using var certificate = _ca.Server(-1, 5);
        await using var server = await TlsServer.StartAsync(certificate);
        using var connection = await ConnectAsync(server.Url, _ca.CaData, "token: t");
        await connection.SendOnceAsync(ClusterRequest.Get("version"), default);
        ExpiryRule.Read(await connection.ExpiriesAsync(default), TestCertificates.Now, new HealthOptions())!.Should()
            .Match<ConditionReading>(c => c.Status == ConditionStatus.True && c.Reason == "ExpiresVerySoon" && c.Message.Contains("serving certificate"));
    }

    [Fact]
    public async Task ClientCertificate_IsShown_AndOneThatHasExpiredIsNamedWhenRefused()
    {
        using var certificate = _ca.Server();
        await using var server = await TlsServer.StartAsync(certificate);
        var (good, key) = _ca.Client();
        using (var connection = await ConnectAsync(server.Url, _ca.CaData, Client(good, key)))
        {
            await connection.SendOnceAsync(ClusterRequest.Get("version"), default);
            server.Seen.Last().Certificate.Should().NotBeNull();
        }

        server.Status = 401;
        var (old, oldKey) = _ca.Client(-30, -2);
        using var late = await ConnectAsync(server.Url, _ca.CaData, Client(old, oldKey));
        var failure = late.Failure(await late.SendOnceAsync(ClusterRequest.Get("version"), default));
        failure.Should().Match<ClusterException>(f => f.Kind == ClusterFailure.Unauthorized && f.Cause == "CertificateExpired" && f.Detail.Contains("client certificate of the kubeconfig, which has expired at"));
    }

    private static string Client(string certificate, string key) =>
        $"client-certificate-data: {TestCertificates.Base64(certificate)}, client-key-data: {TestCertificates.Base64(key)}";

    private static Task<ClusterConnection> ConnectAsync(Uri server, string ca, string user, string more = "")
    {
        var yaml = $$"""
            apiVersion: v1
            kind: Config
            current-context: a
            clusters: [ { name: a, cluster: { server: "{{server}}", certificate-authority-data: {{ca}}{{(more.Length > 0 ? ", " + more : "")}} } } ]
            contexts: [ { name: a, context: { cluster: a, user: u } } ]
            users: [ { name: u, user: { {{user}} } } ]
            """;
        return Kubeconfig.Parse(yaml, null, new ClusterOptions()).ConnectAsync("edge", 1, new ClusterOptions(), TimeProvider.System, default);
    }
}
