using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Api;

public sealed class WatchTests
{
    const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    static string Kind(JsonObject e) => e["type"]!.GetValue<string>();

    static string Name(JsonObject e) => e["object"]!["metadata"]!["name"]?.GetValue<string>() ?? "";

    [Fact]
    public async Task Watch_FromAList_GetsEveryLaterChangeOnce()
    {
        await using var api = await ApiHost.StartAsync();
        await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        var version = (await api.GetAsync(ConfigMaps)).ResourceVersion;
        await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("b"));

        var events = await api.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={version}", e => e.Count == 3, async () =>
        {
            await api.SendAsync("PATCH", ConfigMaps + "/b", Sample.Json("""{"data":{"x":"1"}}"""), "application/merge-patch+json");
            await api.SendAsync("DELETE", ConfigMaps + "/b");
        });

        events.Select(e => (Kind(e), Name(e))).Should().Equal(("ADDED", "b"), ("MODIFIED", "b"), ("DELETED", "b"));
        events.Select(e => long.Parse(e["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>())).Should().BeInAscendingOrder();
        events[0]["object"]!["kind"]!.GetValue<string>().Should().Be("ConfigMap");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Watch_WithNothingToTell_AnswersAtOnce(string http)
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east", Nodes = 1 });
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPem(cluster.CaPem);
        using var client = new HttpClient(handler) { BaseAddress = cluster.Url, Timeout = TimeSpan.FromSeconds(20), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        client.DefaultRequestVersion = Version.Parse(http);
        client.DefaultRequestHeaders.Authorization = new("Bearer", cluster.Token);
        using var response = await client.GetAsync($"/api/v1/namespaces/nobody/configmaps?watch=1&resourceVersion={cluster.Store.Revision}", HttpCompletionOption.ResponseHeadersRead);
        ((int)response.StatusCode).Should().Be(200);
    }

    [Fact]
    public async Task Watch_WithoutRevision_StartsWithWhatIsThere()
    {
        await using var api = await ApiHost.StartAsync();
        await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        var events = await api.WatchAsync(ConfigMaps + "?watch=1", e => e.Count == 1);
        events.Select(e => (Kind(e), Name(e))).Should().Equal(("ADDED", "a"));
    }

    [Fact]
    public async Task Watch_OfAClientThatDoesNotRead_EndsWithoutAGap_AndWithoutABookmarkBehindIt()
    {
        await using var api = await ApiHost.StartAsync(bookmarks: TimeSpan.FromMilliseconds(20));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        using var response = await api.Http.GetAsync(
            $"{ConfigMaps}?watch=1&allowWatchBookmarks=true&resourceVersion={api.Store.Revision}", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var key = new Kairship.Simulator.Objects.ObjectKey("", "configmaps", "default", "a");
        api.Store.Create(key, Sample.ConfigMap("a", ("text", new string('x', 4000))));
        string? first;
        do
        {
            first = await reader.ReadLineAsync(limit.Token);
        }
        while (first?.Contains("\"BOOKMARK\"", StringComparison.Ordinal) == true);

        first.Should().Contain("\"ADDED\"", "it is followed from here on");
        for (var i = 0; i < 20_000; i++)
        {
            api.Store.Update(key, map =>
            {
                map["data"]!["n"] = $"{i}";
                return map;
            });
        }

        var (last, seen) = (0L, 1);
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            var e = JsonNode.Parse(line)!.AsObject();
            var revision = long.Parse(e["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>());
            if (Kind(e) != "BOOKMARK")
            {
                (last == 0 || revision == last + 1).Should().BeTrue("{0} follows {1}", revision, last);
                (last, seen) = (revision, seen + 1);
            }
            else if (last != 0)
            {
                revision.Should().Be(last, "what comes after was never told");
            }
        }

        seen.Should().BeInRange(4096, 19_999, "what nobody reads is not kept for ever");
    }

    [Fact]
    public async Task Watch_SendInitialEvents_MarksTheirEnd()
    {
        await using var api = await ApiHost.StartAsync();
        await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        var events = await api.WatchAsync(
            ConfigMaps + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", e => e.Count == 2);
        events.Select(Kind).Should().Equal("ADDED", "BOOKMARK");
        events[1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>().Should().Be("true");
    }

    [Fact]
    public async Task Watch_FromForgottenRevision_EndsWith410()
    {
        await using var api = await ApiHost.StartAsync(history: 4);
        for (var i = 0; i < 10; i++)
            await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap($"c{i}"));
        var events = await api.WatchAsync(ConfigMaps + "?watch=1&resourceVersion=1", _ => false);
        events.Should().ContainSingle();
        Kind(events[0]).Should().Be("ERROR");
        (events[0]["object"]!["code"]!.GetValue<int>(), events[0]["object"]!["reason"]!.GetValue<string>()).Should().Be((410, "Expired"));
    }

    [Fact]
    public async Task Watch_BySelector_SeesObjectsComeAndGo()
    {
        await using var api = await ApiHost.StartAsync();
        var version = (await api.GetAsync(ConfigMaps)).ResourceVersion;
        var events = await api.WatchAsync($"{ConfigMaps}?watch=1&labelSelector=on%3Dyes&resourceVersion={version}", e => e.Count == 2, async () =>
        {
            await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
            await api.SendAsync("PATCH", ConfigMaps + "/a", Sample.Json("""{"metadata":{"labels":{"on":"yes"}}}"""), "application/merge-patch+json");
            await api.SendAsync("PATCH", ConfigMaps + "/a", Sample.Json("""{"metadata":{"labels":{"on":"no"}}}"""), "application/merge-patch+json");
        });
        events.Select(Kind).Should().Equal("ADDED", "DELETED");
    }

    [Fact]
    public async Task Watch_WithBookmarks_ToldOfRevisionsOfOthers()
    {
        await using var api = await ApiHost.StartAsync(bookmarks: TimeSpan.FromMilliseconds(100));
        var version = (await api.GetAsync(ConfigMaps)).ResourceVersion;
        var events = await api.WatchAsync(
            $"{ConfigMaps}?watch=1&allowWatchBookmarks=true&resourceVersion={version}",
            e => e.Any(x => x["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>() != version),
            () => api.SendAsync("POST", "/api/v1/namespaces/default/secrets", Sample.Json("""{"metadata":{"name":"s"}}""")));
        events.Should().OnlyContain(e => Kind(e) == "BOOKMARK");
        events[^1]["object"]!["kind"]!.GetValue<string>().Should().Be("ConfigMap");
    }

    [Fact]
    public async Task Watch_AfterItsTimeout_Ends()
    {
        await using var api = await ApiHost.StartAsync();
        var events = await api.WatchAsync(ConfigMaps + "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=1", _ => false);
        Kind(events[^1]).Should().Be("BOOKMARK");
    }

    [Fact]
    public async Task Watch_OfOneName_SeesOnlyIt()
    {
        await using var api = await ApiHost.StartAsync();
        await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("b"));
        var events = await api.WatchAsync(ConfigMaps + "?watch=1&fieldSelector=metadata.name%3Db&timeoutSeconds=1", _ => false);
        events.Select(Name).Should().Equal("b");
    }

    [Fact]
    public async Task Watches_OfWritersInParallel_SeeEachRevisionInOrder()
    {
        await using var api = await ApiHost.StartAsync();
        var version = (await api.GetAsync(ConfigMaps)).ResourceVersion;
        const int writers = 4, writes = 25;
        var events = await api.WatchAsync($"{ConfigMaps}?watch=1&resourceVersion={version}", e => e.Count == writers * writes, () =>
            Task.WhenAll(Enumerable.Range(0, writers).Select(async w =>
            {
                for (var i = 0; i < writes; i++)
                    (await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap($"c{w}-{i}"))).Code.Should().Be(201);
            })));
        events.Select(Name).Should().OnlyHaveUniqueItems();
        events.Select(e => long.Parse(e["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>())).Should().BeInAscendingOrder();
    }
}
