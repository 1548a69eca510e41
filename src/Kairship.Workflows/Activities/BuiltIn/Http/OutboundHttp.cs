using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>Why there is no response.</summary>
public enum HttpFailure
{
    /// <summary>There is one.</summary>
    None,

    /// <summary>The target could not be reached, or hung up.</summary>
    FailedToConnect,

    /// <summary>It did not answer in time.</summary>
    Timeout,

    /// <summary>It would fail the same way again: a denied target, a response that is too large.</summary>
    Refused,
}

/// <summary>What a request came to. Messages name the host only: paths, queries and headers may hold secrets.</summary>
public sealed record HttpAnswer(HttpFailure Failure, string? Message, int Status = 0, JsonObject? Headers = null, JsonNode? Content = null, TimeSpan? RetryAfter = null);

/// <summary>A pool of connections to what is outside, bounded in time, size and whom it reaches: the one through which workflows send HTTP requests.</summary>
public sealed class OutboundHttp : IDisposable
{
    private readonly OutboundHttpOptions options;
    private readonly HttpClient client;

    public OutboundHttp(OutboundHttpOptions? options = null)
    {
        this.options = options ?? new OutboundHttpOptions();
        var addresses = new OutboundAddresses(this.options);
        client = new HttpClient(new SocketsHttpHandler
        {
            // Through a proxy the target's address would be the proxy's to resolve.
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = this.options.MaxRedirects > 0,
            MaxAutomaticRedirections = Math.Max(1, this.options.MaxRedirects),
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 64,
            ConnectCallback = (context, cancellationToken) => addresses.ConnectAsync(context.DnsEndPoint, cancellationToken),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => client.Dispose();

    /// <summary>Sends it and reads the response, within the bounds of the options. Failures are values.</summary>
    public async Task<HttpAnswer> SendAsync(HttpRequestMessage request, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var host = request.RequestUri!.Authority;
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (await BodyAsync(response, either.Token) is not { } body)
            {
                return new HttpAnswer(HttpFailure.Refused, $"The response of {host} is larger than {options.MaxResponseBytes} bytes.");
            }

            return new HttpAnswer(HttpFailure.None, null, (int)response.StatusCode, Headers(response), Parse(response, body), RetryAfter(response, time.GetUtcNow()));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new HttpAnswer(HttpFailure.Timeout, $"{host} did not answer within {options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return e is TargetDeniedException || e.InnerException is TargetDeniedException || e.InnerException?.InnerException is TargetDeniedException
                ? new HttpAnswer(HttpFailure.Refused, Innermost(e).Message)
                : new HttpAnswer(HttpFailure.FailedToConnect, $"{host} could not be reached: {Innermost(e).Message}");
        }
    }

    private async Task<byte[]?> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > options.MaxResponseBytes)
        {
            return null;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > options.MaxResponseBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>Header to its values. Cookies are credentials and stay out.</summary>
    private static JsonObject Headers(HttpResponseMessage response) => new(response.Headers.Concat(response.Content.Headers)
        .Where(h => !h.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
        .Select(h => KeyValuePair.Create(h.Key, (JsonNode?)new JsonArray([.. h.Value.Select(v => JsonValue.Create(v))]))));

    /// <summary>JSON as a value, other text as text, anything else not at all.</summary>
    private static JsonNode? Parse(HttpResponseMessage response, byte[] body)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "text/plain";
        if (body.Length == 0)
        {
            return null;
        }

        if (HttpContentTypes.IsJson(type))
        {
            try
            {
                return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 48 });
            }
            catch (JsonException)
            {
                return JsonValue.Create(Encoding.UTF8.GetString(body));
            }
        }

        return HttpContentTypes.IsText(type) ? JsonValue.Create(Charset(response).GetString(body)) : null;
    }

    private static Encoding Charset(HttpResponseMessage response)
    {
        try
        {
            return response.Content.Headers.ContentType?.CharSet is { Length: > 0 } name ? Encoding.GetEncoding(name.Trim('"')) : Encoding.UTF8;
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > now => date - now,
        _ => null,
    };

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}

internal static class HttpContentTypes
{
    public static readonly string[] Offered =
    [
        "", "application/json", "application/soap+xml", "application/x-www-form-urlencoded", "application/xml", "text/html", "text/json", "text/plain", "text/richtext", "text/xml",
    ];

    public static bool IsJson(string type) =>
        type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    public static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("yaml", StringComparison.OrdinalIgnoreCase) || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/javascript", StringComparison.OrdinalIgnoreCase);
}
