using System.Net.Http.Headers;
using Kairship.Delivery.Scaling;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Kairship.Fleet.Metrics.Prometheus;

/// <summary>Asks Prometheus instant queries: twice at most, each within its time, and never more than a small answer.</summary>
public sealed class PrometheusClient : IDisposable
{
    private const int MostBytes = 256 * 1024;
    private const int MostTokenBytes = 16 * 1024;

    private readonly MetricsOptions _options;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<PrometheusReply> _pipeline;

    public PrometheusClient(MetricsOptions options, TimeProvider clock)
    {
        _options = options;

        // A redirect would carry the token to somebody whom the operator did not name.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = options.Timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = 16, UseCookies = false };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _pipeline = new ResiliencePipelineBuilder<PrometheusReply> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<PrometheusReply>
            {
                MaxRetryAttempts = 1,
                Delay = TimeSpan.FromMilliseconds(200),
                UseJitter = true,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome is { Exception: HttpRequestException or IOException or TimeoutRejectedException } or { Result.Status: 429 or 502 or 503 or 504 }),
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>One number for a metric, or why there is none. Throws only when it is cancelled.</summary>
    internal async Task<PrometheusAnswer> AskAsync(ScalingMetric metric, CancellationToken cancellationToken)
    {
        if (Find(metric.Address) is not { } server)
        {
            return PrometheusAnswer.Without(Unknown(metric.Address));
        }

        try
        {
            var token = server.TokenFile is { } file ? await ReadTokenAsync(file, cancellationToken) : null;
            var reply = await _pipeline.ExecuteAsync(async limit => await SendAsync(server.Address, metric.Query ?? "", token, limit), cancellationToken);
            return reply.Body is { } body ? PrometheusAnswer.Read(reply.Status, body) : PrometheusAnswer.Without($"its answer is larger than {MostBytes / 1024} KiB");
        }
        catch (TimeoutRejectedException)
        {
            return PrometheusAnswer.Without($"Prometheus did not answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            return PrometheusAnswer.Without($"Prometheus cannot be reached ({e.HttpRequestError})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return PrometheusAnswer.Without(e is InvalidDataException ? e.Message : "the connection to Prometheus broke, or its token file cannot be read");
        }
    }

    public void Dispose() => _http.Dispose();

    private PrometheusServer? Find(string? address) => address is null
        ? _options.Prometheus is [var first, ..] ? first : null
        : Uri.TryCreate(address, UriKind.Absolute, out var asked) ? _options.Prometheus.FirstOrDefault(s => Same(s.Address, asked)) : null;

    private static bool Same(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Authority == other.Authority && one.AbsolutePath.TrimEnd('/') == other.AbsolutePath.TrimEnd('/');

    private string Unknown(string? address) => _options.Prometheus.Count == 0
        ? "this server knows no Prometheus: its operator names one by 'kairship serve --prometheus URL'"
        : $"this server does not know a Prometheus at {address}: its operator names it by --prometheus; known are {string.Join(", ", _options.Prometheus.Take(10).Select(s => s.Address))}";

    private async ValueTask<PrometheusReply> SendAsync(Uri server, string query, string? token, CancellationToken cancellationToken)
    {
        // By POST: a query may be longer than a URL.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v1/query")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("query", query), KeyValuePair.Create("timeout", $"{Math.Max(1, (int)_options.Timeout.TotalSeconds)}s")]),
        };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new PrometheusReply((int)answer.StatusCode, await ReadAsync(answer, cancellationToken));
    }

    /// <summary>Null: there is more than is read.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MostBytes ? null : buffer[..length];
    }

    private static async Task<string> ReadTokenAsync(string file, CancellationToken cancellationToken)
    {
        if (new FileInfo(file).Length > MostTokenBytes)
        {
            throw new InvalidDataException($"the token file of Prometheus is larger than {MostTokenBytes / 1024} KiB");
        }

        var token = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        return token.Length > 0 && token.All(c => c is > ' ' and < (char)127) ? token : throw new InvalidDataException("the token file of Prometheus holds no token");
    }

    private sealed record PrometheusReply(int Status, byte[]? Body);
}
