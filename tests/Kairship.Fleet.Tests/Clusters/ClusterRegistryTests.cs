using System.Net;
using System.Text;
using Kairship.Fleet.Clusters;
using Kairship.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kairship.Fleet.Tests.Clusters;

public class ClusterRegistryTests(OneCluster one) : IClassFixture<OneCluster>
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    [Fact]
    public async Task Join_GoodKubeconfig_TellsVersionAndNodes_AndStoresNothingInClear()
    {
        await using var fleet = new FleetUnderTest();
        var result = await fleet.Registry.JoinAsync("edge-1", one.Cluster.Kubeconfig, null, new Dictionary<string, string> { ["tier"] = "edge" });

        var joined = result.Should().BeOfType<JoinResult.Joined>().Subject;
        joined.Version.Should().Be("v1.34.0");
        joined.Nodes.Should().Be(3);
        joined.Record.Should().BeEquivalentTo(new { Name = "edge-1", Server = one.Cluster.Url.ToString().TrimEnd('/'), Labels = new Dictionary<string, string> { ["tier"] = "edge" } });
        Encoding.UTF8.GetString(joined.Record.ProtectedKubeconfig).Should().NotContain(one.Cluster.Token).And.NotContain("clusters:");
        (await fleet.Registry.ListAsync()).Should().ContainSingle().Which.Name.Should().Be("edge-1");
        result.ToString().Should().NotContain(one.Cluster.Token);
    }

    [Fact]
    public async Task Join_SameClusterUnderTwoNames_IsRefused_AndNamesTheFirst()
    {
        await using var fleet = new FleetUnderTest();
        await fleet.JoinAsync("first", one.Cluster.Kubeconfig);
        (await fleet.Registry.JoinAsync("second", one.Cluster.Kubeconfig, null, NoLabels)).Should().BeOfType<JoinResult.Failure>()
            .Which.Should().Match<JoinResult.Failure>(f => f.Reason == JoinFailure.AlreadyJoined && f.Message.Contains("first"));
    }

    [Fact]
    public async Task Join_SameNameAgain_ReplacesTheSameCluster_AndRefusesAnother()
    {
        await using var other = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "other" });
        await using var fleet = new FleetUnderTest();
        var before = await fleet.JoinAsync("edge", one.Cluster.Kubeconfig);
        var after = await fleet.JoinAsync("edge", one.Cluster.Kubeconfig);
        after.Should().NotBeSameAs(before);
        after.Revision.Should().BeGreaterThan(before.Revision);
        (await fleet.Registry.JoinAsync("edge", other.Kubeconfig, null, NoLabels)).Should().BeOfType<JoinResult.Failure>().Which.Reason.Should().Be(JoinFailure.NameTaken);
    }

    [Fact]
    public async Task Remove_ForgetsTheClusterAtOnce()
    {
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("edge", one.Cluster.Kubeconfig);
        (await fleet.Registry.RemoveAsync("edge")).Should().BeTrue();
        (await fleet.Registry.RemoveAsync("edge")).Should().BeFalse();
        await fleet.Invoking(f => f.Connections.GetAsync("edge").AsTask()).Should().ThrowAsync<UnknownClusterException>();
        await connection.Invoking(c => c.Discovery.AllAsync()).Should().ThrowAsync<ClusterException>();
    }

    [Theory]
    [InlineData("wrong CA", JoinFailure.CertificateInvalid)]
    [InlineData("wrong host name", JoinFailure.CertificateInvalid)]
    [InlineData("wrong token", JoinFailure.Unauthorized)]
    [InlineData("expired token", JoinFailure.Unauthorized)]
    [InlineData("no token", JoinFailure.InvalidKubeconfig)]
    [InlineData("nobody listens", JoinFailure.Unreachable)]
    [InlineData("no such host", JoinFailure.Unreachable)]
    public async Task Join_ClusterThatCannotBeUsed_SaysWhy(string what, JoinFailure expected)
    {
        await using var other = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "other" });
        var good = one.Cluster.Kubeconfig;
        var kubeconfig = what switch
        {
            "wrong CA" => good.Replace(Base64(one.Cluster.CaPem), Base64(other.CaPem), StringComparison.Ordinal),
            "wrong host name" => good.Replace("    server:", "    tls-server-name: elsewhere.example\n    server:", StringComparison.Ordinal),
            "wrong token" => good.Replace(one.Cluster.Token, "nonsense", StringComparison.Ordinal),
            "expired token" => good.Replace(one.Cluster.Token, one.Cluster.IssueToken(TimeSpan.FromTicks(1)), StringComparison.Ordinal),
            "no token" => good.Replace($"token: {one.Cluster.Token}", "{}", StringComparison.Ordinal),
            "nobody listens" => good.Replace($":{one.Cluster.Url.Port}", ":1", StringComparison.Ordinal),
            _ => good.Replace($"127.0.0.1:{one.Cluster.Url.Port}", "nowhere.invalid:6443", StringComparison.Ordinal),
        };
        kubeconfig.Should().NotBe(good);
        await using var fleet = new FleetUnderTest();
        var failure = (await fleet.Registry.JoinAsync("edge", kubeconfig, null, NoLabels)).Should().BeOfType<JoinResult.Failure>().Subject;
        failure.Reason.Should().Be(expected, failure.Message);
        failure.Message.Should().NotContain(one.Cluster.Token);
        (await fleet.Registry.ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Join_ClusterThatHangs_TimesOut()
    {
        await using var frozen = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "frozen" });
        frozen.Faults.Frozen = true;
        await using var fleet = new FleetUnderTest(o => o.ProbeTimeout = TimeSpan.FromMilliseconds(100));
        (await fleet.Registry.JoinAsync("edge", frozen.Kubeconfig, null, NoLabels)).Should().BeOfType<JoinResult.Failure>().Which.Reason.Should().Be(JoinFailure.Timeout);
        frozen.Faults.Heal();
    }

    [Theory]
    [InlineData(200, "text/html", "<html>welcome</html>")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(404, "text/plain", "no such page")]
    [InlineData(500, "text/plain", "oops")]
    public async Task Join_ServerThatIsNoKubernetes_IsToldSo(int status, string type, string body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (status, type);
            await context.Response.WriteAsync(body);
        });
        await app.StartAsync();
        var kubeconfig = $$"""
            apiVersion: v1
            kind: Config
            current-context: a
            clusters: [ { name: a, cluster: { server: "{{app.Urls.Single()}}" } } ]
            contexts: [ { name: a, context: { cluster: a } } ]
            """;
        await using var fleet = new FleetUnderTest();
        var failure = (await fleet.Registry.JoinAsync("edge", kubeconfig, null, NoLabels)).Should().BeOfType<JoinResult.Failure>().Subject;
        failure.Reason.Should().Be(JoinFailure.NotKubernetes, failure.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Edge")]
    [InlineData("-edge")]
    [InlineData("edge-")]
    [InlineData("a.b")]
    [InlineData("../etc")]
    [InlineData("edge\n")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task Join_NameThatIsNoDnsLabel_IsRefused(string name)
    {
        await using var fleet = new FleetUnderTest();
        (await fleet.Registry.JoinAsync(name, one.Cluster.Kubeconfig, null, NoLabels)).Should().BeOfType<JoinResult.Failure>().Which.Reason.Should().Be(JoinFailure.InvalidName);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("a b", "x")]
    [InlineData("a/b/c", "x")]
    [InlineData("tier", "no spaces")]
    [InlineData("tier", "-x")]
    public async Task Join_LabelThatIsNone_IsRefused(string key, string value)
    {
        await using var fleet = new FleetUnderTest();
        (await fleet.Registry.JoinAsync("edge", one.Cluster.Kubeconfig, null, new Dictionary<string, string> { [key] = value }))
            .Should().BeOfType<JoinResult.Failure>().Which.Reason.Should().Be(JoinFailure.InvalidLabels);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

/// <summary>A cluster that no test of the class disturbs.</summary>
public sealed class OneCluster : IAsyncLifetime
{
    public SimulatedCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "one" });

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
