using System.Net;
using Kairship.Workflows.Activities.BuiltIn.Http;

namespace Kairship.Workflows.Tests.Activities.Http;

/// <summary>What must not leave, does not; what comes back is bounded.</summary>
public sealed class OutboundHttpTests : IAsyncDisposable
{
    private readonly LoopbackServer server = new((request, response) =>
    {
        switch (request.PathAndQuery)
        {
            case "/metadata":
                response.Redirect("http://169.254.169.254/latest/meta-data");
                return [];
            case "/loop":
                response.Redirect("/loop");
                return [];
            case "/large":
                response.SendChunked = true;
                return new byte[300_000];
            case "/broken":
                response.ContentType = "application/json";
                return LoopbackServer.Text("{not json");
            case "/deep":
                response.ContentType = "application/json";
                return LoopbackServer.Text(new string('[', 5000) + new string(']', 5000));
            case "/image":
                response.ContentType = "image/png";
                return [1, 2, 3];
            default:
                response.ContentType = "text/plain; charset=nonsense";
                return LoopbackServer.Text("fine");
        }
    });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data", "*link-local or metadata*")]
    [InlineData("http://[fe80::1]/", "*link-local or metadata*")]
    [InlineData("http://[::ffff:169.254.169.254]/", "*link-local or metadata*")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/", "*link-local or metadata*")]
    [InlineData("http://[fd00:ec2::254]/", "*link-local or metadata*")]
    [InlineData("http://2852039166/", "*link-local or metadata*")]
    [InlineData("http://0xa9.0xfe.0xa9.0xfe/", "*link-local or metadata*")]
    [InlineData("http://100.100.100.200/", "*link-local or metadata*")]
    public async Task MetadataAddress_InAnyForm_IsRefused(string url, string message) => Refused(await SendAsync(url), message);

    [Fact]
    public async Task Redirect_ToMetadata_IsRefused() => Refused(await SendAsync($"{server.Url}/metadata"), "*link-local or metadata*");

    [Theory]
    [InlineData("api.example.com", null, "127.0.0.1", false)]
    [InlineData("127.0.0.1", null, "127.0.0.1", true)]
    [InlineData(null, "127.0.0.1", "127.0.0.1", false)]
    [InlineData(null, "*.localhost", "any.localhost.", false)]
    [InlineData("*.example.com", null, "localhost", false)]
    [InlineData("*", "", "localhost", false)]
    [InlineData("localhost", null, "localhost", true)]
    public async Task Hosts_AllowedAndDenied_AreKept(string? allowed, string? denied, string host, bool passes)
    {
        var answer = await SendAsync($"http://{host}:{server.Port}/", new OutboundHttpOptions { AllowedHosts = allowed is null ? [] : [allowed], DeniedHosts = denied is null ? [] : [denied] });
        answer.Failure.Should().Be(passes && host == "127.0.0.1" ? HttpFailure.None : passes ? answer.Failure : HttpFailure.Refused);
        (answer.Failure == HttpFailure.Refused).Should().Be(!passes);
    }

    [Theory]
    [InlineData("/large", "*larger than 200000 bytes*")]
    public async Task Response_TooLarge_IsRefused(string path, string message) =>
        Refused(await SendAsync(server.Url + path, new OutboundHttpOptions { MaxResponseBytes = 200_000 }), message);

    [Theory]
    [InlineData("/broken", "\"{not json\"")]
    [InlineData("/image", null)]
    [InlineData("/text", "\"fine\"")]
    public async Task Content_IsParsedByItsType(string path, string? json) => (await SendAsync(server.Url + path)).Content?.ToJsonString().Should().Be(json);

    [Fact]
    public async Task Content_NestedTooDeep_IsText() => (await SendAsync(server.Url + "/deep")).Content!.GetValue<string>().Should().StartWith("[[[");

    [Fact]
    public async Task Redirects_WithoutEnd_EndSomewhere()
    {
        (await SendAsync(server.Url + "/loop")).Status.Should().Be((int)HttpStatusCode.Found);
        server.Seen.Should().HaveCount(6);
    }

    [Fact]
    public async Task Answer_ThatDoesNotCome_IsATimeout()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var answer = await SendAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/", new OutboundHttpOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        answer.Failure.Should().Be(HttpFailure.Timeout);
    }

    private static void Refused(HttpAnswer answer, string message)
    {
        answer.Failure.Should().Be(HttpFailure.Refused, answer.Message);
        answer.Message.Should().Match(message);
    }

    private static async Task<HttpAnswer> SendAsync(string url, OutboundHttpOptions? options = null)
    {
        using var http = new OutboundHttp(options);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        return await http.SendAsync(request, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
