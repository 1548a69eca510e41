using Kairship.Fleet.Clusters;
using Kairship.Fleet.Clusters.Credentials;
using Kairship.Fleet.Health;
using Kairship.Simulator;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Fleet.Tests.Clusters.Credentials;

public sealed class CredentialSourceTests : IAsyncLifetime
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();
    private readonly string _folder = Directory.CreateTempSubdirectory("kairship-credentials-").FullName;
    private SimulatedCluster _cluster = null!;

    private string TokenFile => Path.Combine(_folder, "token");

    public async ValueTask InitializeAsync() => _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task TokenFile_ThatWasRenewed_IsReadAgainWhenTheClusterRefuses()
    {
        await File.WriteAllTextAsync(TokenFile, _cluster.IssueToken(TimeSpan.FromHours(1)) + "\n");
        await using var fleet = new FleetUnderTest(o => o.AllowLocalReferences = true);
        var kubeconfig = _cluster.Kubeconfig.Replace($"token: {_cluster.Token}", $"tokenFile: {TokenFile}", StringComparison.Ordinal);
        var connection = await fleet.JoinAsync("edge", kubeconfig);
        _cluster.Faults.ClockSkew = TimeSpan.FromHours(2);
        (await fleet.Probe.ProbeAsync("edge")).Ready.Should().Match<ConditionReading>(r => r.Reason == "Unauthorized" && r.Message.Contains(TokenFile));

        await File.WriteAllTextAsync(TokenFile, _cluster.IssueToken(TimeSpan.FromHours(1)));
        (await connection.Resources.GetAsync(SampleManifests.Namespace("default").Ref)).Should().NotBeNull();
        (await fleet.Connections.GetAsync("edge")).Should().BeSameAs(connection, "a token needs no new connection");
    }

    [Fact]
    public async Task TokenFile_Changed_IsSeenWithoutARefusal_AndAMissingOneIsNamed()
    {
        var clock = new FakeTimeProvider(TestCertificates.Now);
        var source = new TokenFileCredentials("edge", TokenFile, clock);
        (await source.Awaiting(s => s.GetAsync(default).AsTask()).Should().ThrowAsync<ClusterException>()).Which.Should()
            .Match<ClusterException>(f => f.Kind == ClusterFailure.CredentialsUnavailable && f.Cause == "TokenFileUnreadable" && f.Message.Contains(TokenFile));
        await File.WriteAllTextAsync(TokenFile, "one");
        (await source.GetAsync(default)).Authorization.Should().Be("Bearer one");
        await File.WriteAllTextAsync(TokenFile, "second");
        (await source.GetAsync(default)).Authorization.Should().Be("Bearer one", "files are not looked at for every request");
        clock.Advance(TimeSpan.FromSeconds(6));
        (await source.GetAsync(default)).Authorization.Should().Be("Bearer second");
        File.Delete(TokenFile);
        clock.Advance(TimeSpan.FromSeconds(6));
        (await source.GetAsync(default)).Authorization.Should().Be("Bearer second", "it may be just about to be replaced");
    }

    [Fact]
    public async Task CertificateFiles_ThatWereRenewed_MakeTheConnectionOutdated()
    {
        using var ca = new TestCertificates();
        var clock = new FakeTimeProvider(TestCertificates.Now);
        var (certificate, key) = (Path.Combine(_folder, "tls.crt"), Path.Combine(_folder, "tls.key"));
        await WriteAsync();
        var source = new CertificateFileCredentials("edge", certificate, key, clock);
        var shown = (await source.GetAsync(default)).Certificate;
        await WriteAsync();
        source.IsOutdated(shown).Should().BeFalse("it was looked at just now");
        clock.Advance(TimeSpan.FromSeconds(6));
        source.IsOutdated(shown).Should().BeTrue();
        source.IsOutdated((await source.GetAsync(default)).Certificate).Should().BeFalse();

        async Task WriteAsync()
        {
            var pair = ca.Client();
            await File.WriteAllTextAsync(certificate, pair.Certificate);
            await File.WriteAllTextAsync(key, pair.Key + new string('\n', Random.Shared.Next(1, 50)));
        }
    }

    [Fact]
    public async Task InCluster_JoinsByTheServiceAccount_AndItsFilesGoNowhereElse()
    {
        await File.WriteAllTextAsync(TokenFile, _cluster.Token);
        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.crt"), _cluster.CaPem);
        await using var fleet = new FleetUnderTest(o =>
        {
            o.ServiceAccountFolder = _folder;
            o.InClusterServer = _cluster.Url.ToString().TrimEnd('/');
        });
        (await fleet.Registry.JoinOwnAsync("home", NoLabels)).Should().BeOfType<JoinResult.Joined>();
        (await fleet.Probe.ProbeAsync("home")).Ready.Status.Should().Be(ConditionStatus.True);

        var own = InCluster.Kubeconfig(new ClusterOptions { ServiceAccountFolder = _folder, InClusterServer = "https://10.0.0.1:443" })!;
        (await fleet.Registry.JoinAsync("thief", own.Replace("10.0.0.1", "thief.example", StringComparison.Ordinal), null, NoLabels)).Should().BeOfType<JoinResult.Failure>()
            .Which.Should().Match<JoinResult.Failure>(f => f.Reason == JoinFailure.LocalReference && f.Message.Contains("AllowLocalKubeconfigReferences"));
    }

    [Fact]
    public async Task InCluster_OutsideOfAnyPod_SaysSo()
    {
        await using var fleet = new FleetUnderTest();
        (await fleet.Registry.JoinOwnAsync("home", NoLabels)).Should().BeOfType<JoinResult.Failure>().Which.Message.Should().Contain("does not run in a pod");
    }

    [Fact]
    public async Task ImpersonationAndProxy_AreHonoured()
    {
        await using var proxy = await TlsServer.StartAsync();
        var yaml = $$"""
            apiVersion: v1
            kind: Config
            current-context: a
            clusters: [ { name: a, cluster: { server: "http://cluster.example/base", proxy-url: "{{proxy.Url}}" } } ]
            contexts: [ { name: a, context: { cluster: a, user: u } } ]
            users: [ { name: u, user: { token: t, as: jane, as-uid: "7", as-groups: ["a, b"] } } ]
            """;
        using var connection = await Kubeconfig.Parse(yaml, null, new ClusterOptions()).ConnectAsync("edge", 1, new ClusterOptions(), TimeProvider.System, default);
        await connection.SendOnceAsync(ClusterRequest.Get("version"), default);
        var asked = proxy.Seen.Should().ContainSingle().Subject;
        (asked.Host, asked.Path).Should().Be(("cluster.example", "/base/version"));
        asked.Headers.Should().Contain("Impersonate-User", "jane").And.Contain("Impersonate-Uid", "7").And.Contain("Impersonate-Group", "a, b").And.Contain("Authorization", "Bearer t");
    }
}
