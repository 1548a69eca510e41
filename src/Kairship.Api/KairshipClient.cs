using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kairship.Api;

/// <summary>
/// Typed calls to a Kairship server. The <see cref="HttpClient"/> has the server's address as base address and the key as bearer token
/// (see <see cref="Connect"/>). Every call throws <see cref="KairshipApiException"/> when the server refuses and
/// <see cref="HttpRequestException"/> when it cannot be reached.
/// </summary>
public sealed partial class KairshipClient(HttpClient http) : IDisposable
{
    private const string Root = "api/v1/";

    /// <summary>A client of its own connections for that server.</summary>
    public static KairshipClient Connect(Uri server, string? token)
    {
        var address = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
        if (token is { Length: > 0 })
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return new KairshipClient(http);
    }

    public void Dispose() => http.Dispose();

    /// <summary>True when the server says that it takes requests; false when it says not, or cannot be reached.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("readyz", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, path, null, cancellationToken);

    private Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body, body.GetType(), options: WireJson.Options), cancellationToken);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(method, path, content, [], cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(HttpMethod.Delete, path, null, [], cancellationToken);
    }

    private async Task<HttpResponseMessage> RequestAsync(
        HttpMethod method, string path, HttpContent? content, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Root + path, UriKind.Relative)) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, cancellationToken);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(WireJson.Options, cancellationToken)
        ?? throw new KairshipApiException((int)response.StatusCode, "Empty answer", "The server answered with nothing where an object was due.", []);

    private static async Task<KairshipApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<Problem>(WireJson.Options, cancellationToken);
            return new KairshipApiException(status, problem?.Title ?? response.ReasonPhrase ?? "Refused", problem?.Detail, problem?.Errors ?? []);
        }
        catch (JsonException)
        {
            return new KairshipApiException(status, response.ReasonPhrase ?? "Refused", "The answer is not of a Kairship server: check the address.", []);
        }
    }

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    private static string Query(string path, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        List<string> parts = [];
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                parts.Add($"{name}={Escape(value is bool flag ? (flag ? "true" : "false") : value.ToString() ?? "")}");
            }
        }

        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";
    }

    private sealed record Problem(string? Title, string? Detail, IReadOnlyList<ProblemError>? Errors);
}
