using System.Text;

namespace Kairship.Simulator.Tests.Api;

/// <summary>Bodies that would leave something behind that cannot be read again; what both servers refuse is among the cases of conformance.</summary>
public sealed class HostileBodyTests : IAsyncLifetime
{
    const string Revisions = "/apis/apps/v1/namespaces/default/controllerrevisions";
    ApiHost _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("application/apply-patch+yaml", 60)]
    [InlineData("application/apply-patch+yaml", 480)]
    [InlineData("application/json", 60)]
    [InlineData("application/json", 480)]
    public async Task DeepObject_IsKept_AndReadAgainWhenItIsPacked(string media, int levels)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\": ", levels)) + "1" + new string('}', levels);

        (await SendAsync(media, $$"""{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"a"},"revision":1,"data":{{deep}}}""")).Should().Be(201);
        _api.Store.Rest(everything: true);

        (await _api.Http.GetStringAsync(Revisions)).Should().Contain(deep.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/apply-patch+yaml")]
    [InlineData("application/json")]
    public async Task ObjectDeeperThanTheLimit_IsRefused(string media)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\": ", 510)) + "1" + new string('}', 510);

        (await SendAsync(media, $$"""{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"a"},"revision":1,"data":{{deep}}}""")).Should().Be(400);
        (await SendAsync(media, $"apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {{name: a}}\nrevision: 1\ndata: {deep}")).Should().Be(400);

        _api.Store.Count("apps", "controllerrevisions").Should().Be(0);
    }

    [Fact]
    public async Task PatchThatNestsDeeperThanTheLimit_IsRefused()
    {
        await SendAsync("application/json", """{"metadata":{"name":"a"},"revision":1,"data":{}}""");
        var deep = string.Concat(Enumerable.Repeat("{\"a\": ", 300)) + "1" + new string('}', 300);
        var leaf = "/data/x" + string.Concat(Enumerable.Repeat("/a", 300));

        (await PatchAsync($$"""[{"op":"add","path":"/data/x","value":{{deep}}}]""")).Should().Be(200);
        (await PatchAsync($$"""[{"op":"add","path":"{{leaf}}","value":{{deep}}}]""")).Should().Be(400);

        _api.Store.Rest(everything: true);
        (await _api.Http.GetStringAsync(Revisions)).Should().Contain("\"a\":1}");
    }

    [Fact]
    public async Task NumberThatNoFloatHolds_IsRefused()
    {
        (await SendAsync("application/json", """{"metadata":{"name":"a"},"revision":1,"data":{"x":1e999}}""")).Should().Be(400);
        _api.Store.Count("apps", "controllerrevisions").Should().Be(0);
    }

    [Fact]
    public async Task YamlKeyThatIsAList_IsRefused() =>
        (await SendAsync("application/apply-patch+yaml", "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: a}\n? [x]\n: y")).Should().Be(400);

    async Task<int> SendAsync(string media, string body)
    {
        var isApply = media.Contains("apply", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(isApply ? HttpMethod.Patch : HttpMethod.Post, isApply ? Revisions + "/a?fieldManager=tests" : Revisions);
        // One that begins with a brace is read as JSON.
        request.Content = new StringContent(isApply && body[0] == '{' ? "# \n" + body : body, Encoding.UTF8, media);
        using var response = await _api.Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    async Task<int> PatchAsync(string patch)
    {
        using var response = await _api.Http.PatchAsync(Revisions + "/a", new StringContent(patch, Encoding.UTF8, "application/json-patch+json"));
        return (int)response.StatusCode;
    }
}
