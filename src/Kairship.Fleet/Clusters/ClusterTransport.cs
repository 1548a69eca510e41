using System.Net;
using System.Net.Http.Headers;
using k8s;
using Kairship.Fleet.Clusters.Credentials;

namespace Kairship.Fleet.Clusters;

/// <summary>One long-lived client of a cluster, below the pipeline: adds credentials, sends once, reads the answer to its end.</summary>
internal sealed class ClusterTransport : IDisposable
{
    private const long LongestAnswer = 256L << 20;

    /// <summary>A connection that died without a word is noticed by pings, also while only watches use it.</summary>
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(30);

    private readonly string _cluster;
    private readonly ClusterAccess _access;
    private readonly ClusterOptions _options;
    private readonly TimeProvider _clock;
    private readonly Kubernetes _client;
    private readonly SocketsHttpHandler _handler;

    // The client forgets its own when it is disposed, and requests that come too late must hear that it is.
    private readonly HttpClient _http;

    public ClusterTransport(string cluster, ClusterAccess access, ClusterOptions options, TimeProvider clock)
    {
        (_cluster, _access, _options, _clock) = (cluster, access, options, clock);
        Trust = new ServerTrust(access.Roots, access.SkipTlsVerify, access.TlsServerName ?? access.Server.Host);
        SocketsHttpHandler? handler = null;
        // What is trusted and who we are is set on the handler itself: the client accepts any host name that a private CA signed, and never renews credentials.
        _client = new Kubernetes(new KubernetesClientConfiguration { Host = access.Server.ToString(), SkipTlsVerify = true, FirstMessageHandlerSetup = created => handler = created });
        _handler = handler ?? throw new InvalidOperationException("The client was made without a handler.");
        _http = _client.HttpClient;
        _http.Timeout = Timeout.InfiniteTimeSpan;
        _http.MaxResponseContentBufferSize = LongestAnswer;
        Harden();
    }

    public ServerTrust Trust { get; }

    /// <summary>Sends once (twice when credentials were renewed in between). Transport failures come out as <see cref="ClusterException"/>; any status is an answer.</summary>
    public async Task<ClusterAnswer> SendAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var credentials = await _access.Credentials.GetAsync(cancellationToken);
            var answer = await SendAsync(request, credentials, cancellationToken);
            return answer.Status == 401 && _access.Credentials.Refused(credentials)
                ? await SendAsync(request, await _access.Credentials.GetAsync(cancellationToken), cancellationToken)
                : answer;
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
            var credentials = await _access.Credentials.GetAsync(either.Token);
            using var message = Build(request, credentials);
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    // Who opens a stream opens it again by itself.
                    _access.Credentials.Refused(credentials);
                }

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
        _client.Dispose();
        // The client does not own its handler, and idle connections would live on.
        _handler.Dispose();
    }

    private void Harden()
    {
        _handler.ConnectTimeout = _options.ConnectTimeout;
        _handler.AllowAutoRedirect = false;
        _handler.UseCookies = false;
        _handler.AutomaticDecompression = DecompressionMethods.None;
        _handler.KeepAlivePingDelay = Ping;
        _handler.KeepAlivePingTimeout = Ping;
        _handler.UseProxy = _access.Proxy is not null || !_access.Server.IsLoopback;
        _handler.Proxy = _access.Proxy is { } proxy ? new WebProxy(proxy) : null;
        Trust.Apply(_handler.SslOptions);
        if (_access.Certificate is { } certificate)
        {
            // By a callback: a certificate is shown even when the server's list of authorities does not name its issuer.
            _handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }
    }

    private async Task<ClusterAnswer> SendAsync(ClusterRequest request, CredentialSet credentials, CancellationToken cancellationToken)
    {
        using var message = Build(request, credentials);
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new ClusterAnswer((int)response.StatusCode, body, RetryAfter(response));
    }

    private HttpRequestMessage Build(ClusterRequest request, CredentialSet credentials)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_access.Server, request.Path)) { Version = HttpVersion.Version20 };
        // What the certificate is checked against, and SNI, follow the Host header.
        message.Headers.Host = _access.TlsServerName;
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", "kairship");
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType ?? ClusterRequest.Json);
        }

        if (credentials.Authorization is { } authorization)
        {
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        _access.Impersonation?.AddTo(message.Headers);
        return message;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _clock.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };
}
