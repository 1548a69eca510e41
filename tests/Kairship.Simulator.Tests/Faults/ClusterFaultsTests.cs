using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Tests.Hosting;

namespace Kairship.Simulator.Tests.Faults;

public sealed class ClusterFaultsTests(ClusterFaultsTests.Broken broken) : IClassFixture<ClusterFaultsTests.Broken>, IAsyncLifetime
{
    private SimulatedCluster Cluster => broken.Cluster;

    private HttpClient Http => broken.Http;

    public ValueTask InitializeAsync()
    {
        Cluster.Faults.Heal();
        Cluster.Faults.Seed(7);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Unreachable_RequestsAndWatches_AreReset()
    {
        using var watch = await Http.GetAsync("/api/v1/namespaces?watch=1", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await watch.Content.ReadAsStreamAsync();
        var cut = Drain(stream);

        Cluster.Faults.Unreachable = true;

        (await cut.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Should().BeTrue("a running watch is cut");
        var asking = () => Http.GetAsync("/api/v1/namespaces");
        await asking.Should().ThrowAsync<HttpRequestException>();
        Cluster.Faults.Heal();
        (await Http.GetAsync("/api/v1/namespaces")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Frozen_RequestsHangAndWatchesFallSilent_UntilItThaws()
    {
        using var watch = await Http.GetAsync("/api/v1/configmaps?watch=1&fieldSelector=metadata.name%3Dnews", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync());
        Cluster.Faults.Frozen = true;
        var list = Http.GetAsync("/api/v1/namespaces");
        Cluster.Store.Create(new ObjectKey("", "configmaps", "default", "news"), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap" });
        var line = reader.ReadLineAsync();

        var first = await Task.WhenAny(list, line, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System));
        first.Should().NotBeSameAs(list).And.NotBeSameAs(line);

        Cluster.Faults.Frozen = false;
        (await list).StatusCode.Should().Be(HttpStatusCode.OK);
        (await line.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Should().Contain("\"news\"");
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, HttpStatusCode.TooManyRequests)]
    [InlineData(FaultKind.InternalError, HttpStatusCode.InternalServerError)]
    public async Task ErrorRate_OfOneKind_AnswersSo(FaultKind kind, HttpStatusCode code)
    {
        Cluster.Faults.Kinds = kind;
        Cluster.Faults.ErrorRate = 1;

        using var answer = await Http.GetAsync("/api/v1/namespaces");

        answer.StatusCode.Should().Be(code);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["kind"]!.GetValue<string>().Should().Be("Status");
        (answer.Headers.RetryAfter?.Delta).Should().Be(kind == FaultKind.TooManyRequests ? TimeSpan.FromSeconds(1) : null);
    }

    [Fact]
    public async Task ErrorRate_OfAShare_HitsAboutThatShare()
    {
        Cluster.Faults.Kinds = FaultKind.InternalError;
        Cluster.Faults.ErrorRate = 0.3;
        var failed = 0;
        for (var i = 0; i < 200; i++)
        {
            using var answer = await Http.GetAsync("/version");
            failed += answer.IsSuccessStatusCode ? 0 : 1;
        }

        failed.Should().BeInRange(40, 80);
    }

    [Fact]
    public async Task Reset_OfCreations_LosesSomeBeforeAndSomeAfterTheirEffect()
    {
        Cluster.Faults.Kinds = FaultKind.Reset;
        Cluster.Faults.ErrorRate = 1;
        for (var i = 0; i < 20; i++)
        {
            var map = new StringContent($$"""{"metadata":{"name":"lost-{{i}}"} }""", Encoding.UTF8, "application/json");
            var creating = () => Http.PostAsync("/api/v1/namespaces/default/configmaps", map);
            await creating.Should().ThrowAsync<HttpRequestException>();
        }

        Cluster.Store.List("", "configmaps", "default").Count(c => c["metadata"]!["name"]!.GetValue<string>().StartsWith("lost-", StringComparison.Ordinal))
            .Should().BeInRange(3, 17);
    }

    [Fact]
    public async Task Latency_IsAddedToEachRequest()
    {
        Cluster.Faults.Latency = TimeSpan.FromMilliseconds(120);
        var watch = Stopwatch.StartNew();

        (await Http.GetAsync("/version")).EnsureSuccessStatusCode();

        watch.Elapsed.Should().BeGreaterThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task ClockSkew_ShowsInTimestamps()
    {
        Cluster.Faults.ClockSkew = TimeSpan.FromHours(5);
        using var client = ClusterClient.For(Cluster);

        var map = await client.CoreV1.CreateNamespacedConfigMapAsync(new() { Metadata = new() { Name = "ahead" } }, "default");

        map.Metadata.CreationTimestamp.Should().BeCloseTo(TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(5), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task ControlEndpoint_WorksWhileTheClusterIsUnreachable()
    {
        (await Put("""{"unreachable":true,"images":{"shop:2":"CrashLoopBackOff"}}""")).Should().Be(HttpStatusCode.OK);
        Cluster.Faults.Unreachable.Should().BeTrue();
        Cluster.Faults.FaultOf("registry/shop:2").Should().Be(PodFault.CrashLoopBackOff);
        var shown = JsonNode.Parse(await Http.GetStringAsync("/sim/v1/faults"))!;
        shown["unreachable"]!.GetValue<bool>().Should().BeTrue();

        (await Put("{}")).Should().Be(HttpStatusCode.OK);

        Cluster.Faults.Unreachable.Should().BeFalse();
        Cluster.Faults.FaultOf("registry/shop:2").Should().Be(PodFault.None);
    }

    [Theory]
    [InlineData("""{"errorRate":2}""")]
    [InlineData("""{"unreachabel":true}""")]
    [InlineData("""{"images":{"a":"Explode"}}""")]
    [InlineData("unreachable")]
    public async Task ControlEndpoint_OfNonsense_RefusesIt(string body)
    {
        (await Put(body)).Should().Be(HttpStatusCode.BadRequest);
        Cluster.Faults.Settings.ErrorRate.Should().Be(0);
    }

    [Fact]
    public async Task ControlEndpoint_WithoutToken_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/sim/v1/faults") { Content = new StringContent("{\"frozen\":true}") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "guess");

        using var answer = await Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        Cluster.Faults.Frozen.Should().BeFalse();
    }

    private async Task<HttpStatusCode> Put(string body)
    {
        using var answer = await Http.PutAsync("/sim/v1/faults", new StringContent(body, Encoding.UTF8, "application/json"));
        return answer.StatusCode;
    }

    /// <summary>Reads until the stream breaks off; false when it ends well.</summary>
    private static async Task<bool> Drain(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
            }

            return false;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return true;
        }
    }

    public sealed class Broken : IAsyncLifetime
    {
        public SimulatedCluster Cluster { get; private set; } = null!;

        public HttpClient Http { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Cluster = await SimulatedCluster.StartAsync(new() { Name = "broken" });
            var ca = X509Certificate2.CreateFromPem(Cluster.CaPem);
            var handler = new SocketsHttpHandler();
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { ca },
            };
            Http = new HttpClient(handler) { BaseAddress = Cluster.Url, Timeout = TimeSpan.FromSeconds(20) };
            Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await Cluster.DisposeAsync();
        }
    }
}
