using Kairship.Delivery.Scaling;
using Kairship.Fleet.Metrics;
using Kairship.Fleet.Metrics.Prometheus;
using Kairship.Testing.Metrics;

namespace Kairship.Fleet.Tests.Metrics;

public sealed class PrometheusClientTests : IAsyncLifetime
{
    private PrometheusStandIn prometheus = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => prometheus = await PrometheusStandIn.StartAsync();

    public ValueTask DisposeAsync() => prometheus.DisposeAsync();

    [Theory]
    [InlineData("vector", """[{"metric":{},"value":[1764000000.1,"12.5"]}]""", 12.5, null)]
    [InlineData("vector", """[{"metric":{},"value":[1764000000.1,"1.5e-05"]}]""", 0.000015, null)]
    [InlineData("scalar", """[1764000000.1,"7"]""", 7.0, null)]
    [InlineData("vector", "[]", null, "no data")]
    [InlineData("vector", """[{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"2"]}]""", null, "gave 2 series")]
    [InlineData("vector", """[{"metric":{},"value":[1,"NaN"]}]""", null, "NaN")]
    [InlineData("vector", """[{"metric":{},"value":[1,"+Inf"]}]""", null, "divided by 0")]
    [InlineData("vector", """[{"metric":{},"value":[1,"1e300"]}]""", null, "no number that can be worked with")]
    [InlineData("vector", """[{"metric":{},"histogram":[1,{}]}]""", null, "no Prometheus")]
    [InlineData("matrix", """[{"metric":{},"values":[[1,"1"]]}]""", null, "gave a matrix")]
    public async Task Answer_IsOneNumber_OrWhyThereIsNone(string type, string result, double? value, string? error)
    {
        prometheus.Answers = _ => (200, PrometheusStandIn.Success(type, result));

        var answer = await AskAsync();

        answer.Value.Should().Be((decimal?)value);
        (answer.Error is null).Should().Be(error is null);
        answer.Error?.Should().Contain(error);
    }

    [Theory]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"parse error: unexpected \u001b[31mEOF"}""", "refused the query: parse error: unexpected  [31mEOF")]
    [InlineData(401, "no", "does not accept the credentials")]
    [InlineData(500, "<html>", "no Prometheus, or it is in trouble (500)")]
    [InlineData(302, "", "in trouble (302)")]
    [InlineData(200, "[1]", "no Prometheus")]
    [InlineData(200, """{"status":"success"}""", "no Prometheus")]
    public async Task Trouble_IsToldInWords_AndNothingIsFollowed(int status, string body, string error)
    {
        prometheus.Redirect = status == 302 ? "/elsewhere" : null;
        prometheus.Answers = _ => (status, body);

        (await AskAsync()).Should().Match<PrometheusAnswer>(a => a.Value == null && a.Error!.Contains(error));
        prometheus.Seen.Should().OnlyContain(a => a.Path == "/api/v1/query");
    }

    [Fact]
    public async Task LargeAnswer_IsNotReadToItsEnd()
    {
        prometheus.Answers = _ => (200, new string(' ', 300 * 1024) + PrometheusStandIn.Vector("1"));

        (await AskAsync()).Error.Should().Contain("larger than 256 KiB");
    }

    [Fact]
    public async Task PassingTrouble_IsAskedAgainOnce_AndSilenceIsBounded()
    {
        prometheus.Answers = _ => prometheus.Seen.Count == 1 ? (503, "") : (200, PrometheusStandIn.Vector("3"));
        (await AskAsync()).Value.Should().Be(3);
        prometheus.Seen.Should().HaveCount(2);

        prometheus.Holds = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        (await AskAsync(new MetricsOptions { Timeout = TimeSpan.FromMilliseconds(200) })).Error.Should().Contain("did not answer within 0.2 s");
        var url = prometheus.Url;
        await prometheus.DisposeAsync();
        (await AskAsync(new MetricsOptions { Prometheus = [new PrometheusServer(url)] })).Error.Should().Contain("cannot be reached");
    }

    [Fact]
    public async Task Token_GoesToItsOwnServer_AndAddressesThatNobodyNamed_AreNotAsked()
    {
        await using var other = await PrometheusStandIn.StartAsync();
        other.Says(2);
        prometheus.Says(1);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "s3cret\n", Token);
        var options = new MetricsOptions { Prometheus = [new PrometheusServer(prometheus.Url, file), new PrometheusServer(other.Url)] };

        (await AskAsync(options)).Value.Should().Be(1);
        (await AskAsync(options, other.Url + "")).Value.Should().Be(2);
        (await AskAsync(options, "http://169.254.169.254/")).Error.Should().Contain("does not know a Prometheus at http://169.254.169.254/");

        prometheus.Seen.Single().Should().Be(new PrometheusStandIn.Asked("POST", "/api/v1/query", "up", "Bearer s3cret"));
        other.Seen.Single().Authorization.Should().BeEmpty();
        File.Delete(file);
        (await AskAsync(options)).Error.Should().Contain("token file cannot be read");
        (await AskAsync(new MetricsOptions(), null, isOwn: true)).Error.Should().Contain("knows no Prometheus");
    }

    private async Task<PrometheusAnswer> AskAsync(MetricsOptions? options = null, string? address = null, bool isOwn = false)
    {
        options ??= new MetricsOptions();
        options = options.Prometheus.Count > 0 || isOwn ? options : options with { Prometheus = [new PrometheusServer(prometheus.Url)] };
        using var client = new PrometheusClient(options, TimeProvider.System);
        return await client.AskAsync(new ScalingMetric("m", MetricProvider.Prometheus, "1", MetricTarget.Value, Query: "up", Address: address), Token);
    }
}
