using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

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

    [Fact]
    public async Task Unreachable_NewConnectionsAreRefused_AndIdleOnesReset()
    {
        (await Http.GetAsync("/version")).EnsureSuccessStatusCode();
        using var idle = await ConnectAsync();

        Cluster.Faults.Unreachable = true;

        var reading = () => idle.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        (await reading.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        (await FluentActions.Awaiting(ConnectAsync).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
        var asking = () => Http.GetAsync("/version");
        (await asking.Should().ThrowAsync<HttpRequestException>()).Which.HttpRequestError.Should().Be(HttpRequestError.ConnectionError);

        Cluster.Faults.Heal();
        (await Http.GetAsync("/version")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Unreachable_WhileAConnectionIsBeingAccepted_ResetsThatOneToo()
    {
        for (var i = 0; i < 100; i++)
        {
            using var fresh = await ConnectAsync();

            Cluster.Faults.Unreachable = true;

            var reading = () => fresh.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
            (await reading.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
            Cluster.Faults.Heal();
        }
    }

    [Fact]
    public async Task Dropping_NewConnectionsHang_WatchesFallSilent_AndBothGoOnWhenItHeals()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var watch = await Http.GetAsync("/api/v1/configmaps?watch=1&fieldSelector=metadata.name%3Ddropped", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync());
        Cluster.Faults.Change(f => f with { Unreachable = true, Drop = true });
        Cluster.Store.Create(new ObjectKey("", "configmaps", "default", "dropped"), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap" });
        var (line, connecting) = (reader.ReadLineAsync(), ConnectAsync());

        var first = await Task.WhenAny(line, connecting, Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System));

        first.Should().NotBeSameAs(line).And.NotBeSameAs(connecting);
        Cluster.Faults.Heal();
        (await line.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Should().Contain("\"dropped\"");
        (await connecting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Dispose();
    }

    [Fact]
    public async Task Frozen_NewConnectionsAreTaken_AndTlsHangs()
    {
        Cluster.Faults.Frozen = true;
        using var fresh = ClusterClient.Http(Cluster);
        var asking = fresh.GetAsync("/version");
        using (await ConnectAsync())
        {
            (await Task.WhenAny(asking, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System))).Should().NotBeSameAs(asking);
        }

        Cluster.Faults.Heal();
        (await asking).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, HttpStatusCode.TooManyRequests)]
    [InlineData(FaultKind.InternalError, HttpStatusCode.InternalServerError)]
    [InlineData(FaultKind.Unavailable, HttpStatusCode.ServiceUnavailable)]
    public async Task ErrorRate_OfOneKind_AnswersSo(FaultKind kind, HttpStatusCode code)
    {
        Cluster.Faults.Change(f => f with { Kinds = kind, ErrorRate = 1, RetryAfterSeconds = 7 });

        using var answer = await Http.GetAsync("/api/v1/namespaces");

        answer.StatusCode.Should().Be(code);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["kind"]!.GetValue<string>().Should().Be("Status");
        (answer.Headers.RetryAfter?.Delta).Should().Be(kind == FaultKind.InternalError ? null : TimeSpan.FromSeconds(7));
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
    public async Task Jitter_VariesTheLatency_WithinItsBounds()
    {
        Cluster.Faults.Change(f => f with { LatencyMilliseconds = 100, JitterMilliseconds = 40 });

        var drawn = Enumerable.Range(0, 200).Select(_ => Cluster.Faults.DrawDelay()!.Value.TotalMilliseconds).ToList();

        drawn.Should().OnlyContain(d => d >= 60 && d <= 140);
        (drawn.Max() - drawn.Min()).Should().BeGreaterThan(60);
        Cluster.Faults.Heal();
        Cluster.Faults.DrawDelay().Should().BeNull();
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Latency_DelaysEventsOfAWatch_InOrder()
    {
        using var watch = await Http.GetAsync("/api/v1/configmaps?watch=1&labelSelector=late", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync());
        Cluster.Faults.Latency = TimeSpan.FromMilliseconds(150);
        var timer = Stopwatch.StartNew();
        foreach (var name in (string[])["late-1", "late-2"])
        {
            var labelled = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["late"] = "" } } };
            Cluster.Store.Create(new ObjectKey("", "configmaps", "default", name), labelled);
        }

        (await reader.ReadLineAsync()).Should().Contain("late-1");
        timer.Elapsed.Should().BeGreaterThan(TimeSpan.FromMilliseconds(130));
        (await reader.ReadLineAsync()).Should().Contain("late-2");
    }

    [Fact]
    public async Task Full_NewPodsStayPending_UntilItHeals()
    {
        Cluster.Faults.NodesFull = true;
        using var client = ClusterClient.For(Cluster);
        await client.AppsV1.CreateNamespacedDeploymentAsync(ClusterClient.Deployment("crowd", 1), "default");

        var pods = await Eventually.Of(
            () => client.CoreV1.ListNamespacedPodAsync("default", labelSelector: "app=crowd"),
            p => p.Items.Count == 1 && p.Items[0].Status?.Conditions?.Any(c => c is { Type: "PodScheduled", Status: "False" }) == true);

        pods.Items[0].Status.Phase.Should().Be("Pending");
        pods.Items[0].Status.Conditions.Single(c => c.Type == "PodScheduled").Reason.Should().Be("Unschedulable");
        Cluster.Faults.Heal();
        await Eventually.Of(() => client.AppsV1.ReadNamespacedDeploymentAsync("crowd", "default"), d => d.Status?.ReadyReplicas == 1);
    }

    [Fact]
    public async Task NodeDown_IsNotReadyAfterTheGrace_ItsPodsNeither_AndComesBack()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var cluster = await SimulatedCluster.StartAsync(new() { Name = "dim", Nodes = 2 }, clock);
        using var client = ClusterClient.For(cluster);
        cluster.Faults.Change(f => NamedFaults.Apply(f, new FaultRequest { Fault = "node-down", Node = "dim-1" }, clock.GetUtcNow()));
        (await ReadyAsync()).Should().Be("True", "nobody knows yet");

        await Eventually.Of(AdvancedAsync, ready => ready == "Unknown");

        (await client.CoreV1.ReadNodeAsync("dim-1")).Spec.Taints.Select(t => t.Key).Should().Contain("node.kubernetes.io/unreachable");
        cluster.Faults.Change(f => NamedFaults.Heal(f, "node-down"));
        await Eventually.Of(AdvancedAsync, ready => ready == "True");

        async Task<string> AdvancedAsync()
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return await ReadyAsync();
        }

        async Task<string> ReadyAsync() => (await client.CoreV1.ReadNodeAsync("dim-1")).Status.Conditions.Single(c => c.Type == "Ready").Status;
    }

    [Theory]
    [InlineData("bad-image", "ImagePullBackOff", "ErrImagePull")]
    [InlineData("crash-loop", "CrashLoopBackOff", "CrashLoopBackOff")]
    public async Task FaultOfAnImage_ShowsInItsPods_AndHeals(string fault, string reason, string before)
    {
        Cluster.Faults.Change(f => NamedFaults.Apply(f, new FaultRequest { Fault = fault, Image = $"{fault}:2" }, TimeProvider.System.GetUtcNow()));
        using var client = ClusterClient.For(Cluster);
        await client.AppsV1.CreateNamespacedDeploymentAsync(ClusterClient.Deployment(fault, 1, $"shop/{fault}:2"), "default");

        await Eventually.Of(
            () => client.CoreV1.ListNamespacedPodAsync("default", labelSelector: $"app={fault}"),
            p => p.Items.Count == 1 && p.Items[0].Status?.ContainerStatuses?[0].State.Waiting?.Reason is { } waiting && (waiting == reason || waiting == before));

        Cluster.Faults.Change(f => NamedFaults.Heal(f, fault));
        await Eventually.Of(() => client.AppsV1.ReadNamespacedDeploymentAsync(fault, "default"), d => d.Status?.ReadyReplicas == 1);
    }

    [Fact]
    public async Task ClockSkew_ShowsInTimestampsAndTheDateOfAnswers()
    {
        Cluster.Faults.ClockSkew = TimeSpan.FromHours(5);
        using (var answer = await Http.GetAsync("/version"))
        {
            answer.Headers.Date.Should().BeCloseTo(TimeProvider.System.GetUtcNow().AddHours(5), TimeSpan.FromMinutes(1));
        }

        using var client = ClusterClient.For(Cluster);

        var map = await client.CoreV1.CreateNamespacedConfigMapAsync(new() { Metadata = new() { Name = "ahead" } }, "default");

        map.Metadata.CreationTimestamp.Should().BeCloseTo(TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(5), TimeSpan.FromMinutes(1));
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Cluster.Url.Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
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
            Http = ClusterClient.Http(Cluster);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await Cluster.DisposeAsync();
        }
    }
}
