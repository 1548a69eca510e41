using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Api;

public sealed class ListTests : IAsyncLifetime
{
    const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task List_InPages_ShowsOneRevisionInOrder()
    {
        for (var i = 0; i < 7; i++)
            await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap($"c{i}"));
        var first = await _api.GetAsync(ConfigMaps + "?limit=3");
        first.Body["metadata"]!["remainingItemCount"]!.GetValue<int>().Should().Be(4);
        // What happens between the pages is not seen.
        await _api.SendAsync("DELETE", ConfigMaps + "/c5");
        await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("c3a"));

        var names = Names(first);
        var page = first;
        while (page.Body["metadata"]!["continue"]?.GetValue<string>() is { } token)
        {
            page = await _api.GetAsync($"{ConfigMaps}?limit=3&continue={Uri.EscapeDataString(token)}");
            page.ResourceVersion.Should().Be(first.ResourceVersion);
            names = [.. names, .. Names(page)];
        }

        names.Should().Equal("c0", "c1", "c2", "c3", "c4", "c5", "c6");
    }

    [Fact]
    public async Task List_ContinuedTooLate_Expired()
    {
        await using var api = await ApiHost.StartAsync(history: 2);
        for (var i = 0; i < 3; i++)
            await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap($"c{i}"));
        var token = (await api.GetAsync(ConfigMaps + "?limit=1")).Body["metadata"]!["continue"]!.GetValue<string>();
        for (var i = 0; i < 3; i++)
            await api.SendAsync("POST", ConfigMaps, Sample.ConfigMap($"d{i}"));
        var answer = await api.GetAsync($"{ConfigMaps}?limit=1&continue={Uri.EscapeDataString(token)}");
        (answer.Code, answer.Reason).Should().Be((410, "Expired"));
    }

    [Theory]
    [InlineData("app=a", "a")]
    [InlineData("app==a", "a")]
    [InlineData("app!=a", "b,c,none")]
    [InlineData("app in (a,b)", "a,b")]
    [InlineData("app notin (a, b)", "c,none")]
    [InlineData("app", "a,b,c")]
    [InlineData("!app", "none")]
    [InlineData("app,tier=web", "b")]
    [InlineData("", "a,b,c,none")]
    public async Task List_ByLabels_FindsWhatMatches(string selector, string expected)
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            var map = Sample.ConfigMap(name);
            map["metadata"]!["labels"] = new JsonObject { ["app"] = name, ["tier"] = name == "b" ? "web" : "db" };
            await _api.SendAsync("POST", ConfigMaps, map);
        }
        await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("none"));
        Names(await _api.GetAsync($"{ConfigMaps}?labelSelector={Uri.EscapeDataString(selector)}")).Should().Equal(expected.Split(','));
    }

    [Theory]
    [InlineData("metadata.name=a", "a")]
    [InlineData("metadata.name!=a", "b")]
    [InlineData("status.phase=Pending", "a,b")]
    [InlineData("spec.nodeName=", "a,b")]
    [InlineData("status.phase=Running", "")]
    public async Task List_ByFields_FindsWhatMatches(string selector, string expected)
    {
        foreach (var name in new[] { "a", "b" })
            await _api.SendAsync("POST", "/api/v1/namespaces/default/pods", Sample.Pod(name));
        Names(await _api.GetAsync($"/api/v1/pods?fieldSelector={Uri.EscapeDataString(selector)}")).Should().Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("labelSelector=a%20b%20c", "unable to parse requirement")]
    [InlineData("fieldSelector=spec.foo%3Dx", "field label not supported: spec.foo")]
    [InlineData("limit=1&continue=xx", "invalid continue token")]
    public async Task List_WithBadQuery_IsRefusedWithReason(string query, string message)
    {
        var answer = await _api.GetAsync("/api/v1/pods?" + query);
        answer.Code.Should().Be(400);
        answer.Message.Should().Contain(message);
    }

    [Fact]
    public async Task List_OfAllNamespaces_IsInOrderOfNamespaceAndName()
    {
        await _api.SendAsync("POST", "/api/v1/namespaces", Sample.Json("""{"metadata":{"name":"alpha"}}"""));
        await _api.SendAsync("POST", ConfigMaps, Sample.ConfigMap("a"));
        await _api.SendAsync("POST", "/api/v1/namespaces/alpha/configmaps", Sample.ConfigMap("z"));
        var list = await _api.GetAsync("/api/v1/configmaps");
        Names(list).Should().Equal("z", "a");
        list.Body["kind"]!.GetValue<string>().Should().Be("ConfigMapList");
    }

    [Fact]
    public async Task List_AsTable_HasColumnsAndRows()
    {
        await _api.SendAsync("POST", "/apis/apps/v1/namespaces/default/deployments", Sample.Deployment(replicas: 3));
        var table = await _api.GetAsync("/apis/apps/v1/deployments", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        table.Body["kind"]!.GetValue<string>().Should().Be("Table");
        table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()).Should().StartWith(["Name", "Ready", "Up-to-date", "Available", "Age"]);
        table.Body["rows"]![0]!["cells"]!.AsArray().Take(3).Select(c => c!.ToString()).Should().Equal("web", "0/3", "0");
    }

    static List<string> Names(Answer list) => [.. list.Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.GetValue<string>())];
}
