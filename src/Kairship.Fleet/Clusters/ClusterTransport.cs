using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using k8s;

namespace Kairship.Fleet.Clusters;

/// <summary>One long-lived client of a cluster, below the pipeline: adds credentials, sends once, reads the answer to its end.</summary>
internal sealed class ClusterTransport : IDisposable
{
    private const long LongestAnswer = 256L << 20;
    private readonly string _cluster;
    private readonly ClusterOptions _options;
    private readonly TimeProvider _clock;
    private readonly SocketsHttpHandler? _handler;

    // The client forgets its own when it is disposed, and requests that come too late must hear that it is.
    private readonly HttpClient _http;
    private readonly string? _tlsServerName;

    public ClusterTransport(string cluster, KubernetesClientConfiguration configuration, ClusterOptions options, TimeProvider clock)
    {
        (_cluster, _options, _clock) = (cluster, options, clock);
        SocketsHttpHandler? handler = null;
        configuration.FirstMessageHandlerSetup = created => handler = created;
        Client = new Kubernetes(configuration);
        _handler = handler;
        _tlsServerName = string.IsNullOrEmpty(configuration.TlsServerName) ? null : configuration.TlsServerName;
        _http = Client.HttpClient;
        _http.Timeout = Timeout.InfiniteTimeSpan;
        _http.MaxResponseContentBufferSize = LongestAnswer;
        if (_handler is not null)
        {
            Harden(_handler, configuration, options, Client.BaseUri);
        }
    }

    /// <summary>The typed client, for what raw JSON does not need.</summary>
    public Kubernetes Client { get; }

    /// <summary>Sends once. Transport failures come out as <see cref="ClusterException"/>; any status is an answer.</summary>
    public async Task<ClusterAnswer> SendAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = await BuildAsync(request, cancellationToken);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new ClusterAnswer((int)response.StatusCode, body, RetryAfter(response));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (FailureTranslation.FromTransport(_cluster, exception, _options) is { } failure)
            {
                throw failure;
            }

            throw;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or ObjectDisposedException)
        {
            // What a cancelled request dies of is of no interest.
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    /// <summary>Opens a stream that the caller reads as long as it likes; the timeout of an attempt covers only the headers.</summary>
    public async Task<HttpResponseMessage> OpenAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var message = await BuildAsync(request, either.Token);
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                var body = await response.Content.ReadAsByteArrayAsync(either.Token);
                throw FailureTranslation.FromAnswer(_cluster, new ClusterAnswer((int)response.StatusCode, body, RetryAfter(response)));
            }
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ClusterException(ClusterFailure.Timeout, _cluster, $"no answer within {_options.AttemptTimeout.TotalSeconds:0.#} s", exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FailureTranslation.FromTransport(_cluster, exception, _options) ?? exception;
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        // The client does not own its handler, and idle connections would live on.
        _handler?.Dispose();
    }

    /// <summary>The platform's own validation with the kubeconfig's CA as the only root: the client's callback accepts any host name that a private CA signed.</summary>
    private static void Harden(SocketsHttpHandler handler, KubernetesClientConfiguration configuration, ClusterOptions options, Uri server)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.UseProxy = !server.IsLoopback;
        handler.AutomaticDecompression = DecompressionMethods.None;
        if (configuration.SkipTlsVerify || server.Scheme != Uri.UriSchemeHttps)
        {
            return;
        }

        handler.SslOptions.RemoteCertificateValidationCallback = null;
        if (configuration.SslCaCerts is { Count: > 0 } roots)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
    }

    private async Task<HttpRequestMessage> BuildAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(Client.BaseUri, request.Path)) { Version = HttpVersion.Version20 };
        // What the certificate is checked against, and SNI, follow the Host header.
        message.Headers.Host = _tlsServerName;
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", "kairship");
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType ?? ClusterRequest.Json);
        }

        if (Client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(message, cancellationToken);
        }

        return message;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _clock.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };
}
