using System.Net.Http.Json;
using System.Text.Json;

namespace Kairship.Server.Tests.Access;

/// <summary>Sends what a browser sends: one cookie, and whose page asks.</summary>
internal sealed class Browser(Uri server) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server };

    /// <summary>name=value; null: none.</summary>
    public string? Cookie { get; set; }

    public string? ForwardedProto { get; init; }

    public async Task<HttpResponseMessage> SignInAsync(object proof)
    {
        var response = await SendAsync(HttpMethod.Post, "/session", "same-origin", proof);
        response.EnsureSuccessStatusCode();
        return response;
    }

    public async Task<JsonElement> SessionAsync()
    {
        using var response = await SendAsync(HttpMethod.Get, "/session");
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string fetchSite = "same-origin", object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        request.Headers.Add("Sec-Fetch-Site", fetchSite);
        if (Cookie is not null)
        {
            request.Headers.Add("Cookie", Cookie);
        }

        if (ForwardedProto is not null)
        {
            request.Headers.Add("X-Forwarded-Proto", ForwardedProto);
        }

        var response = await http.SendAsync(request);
        if (response.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            var pair = cookies.Single().Split(';')[0];
            Cookie = pair.EndsWith('=') ? null : pair;
        }

        return response;
    }

    public void Dispose() => http.Dispose();
}
