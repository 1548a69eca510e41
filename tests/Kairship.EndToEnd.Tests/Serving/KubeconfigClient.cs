using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kairship.EndToEnd.Tests.Serving;

/// <summary>HTTPS to a cluster with what its kubeconfig says, and nothing else.</summary>
internal sealed class KubeconfigClient : IDisposable
{
    private readonly HttpClient _http;

    public KubeconfigClient(string file)
    {
        var text = File.ReadAllText(file);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(Field(text, "certificate-authority-data"))));
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }) { BaseAddress = new Uri(Field(text, "server")) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Field(text, "token"));
    }

    /// <summary>What the last answer asked to wait.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, string? body = null, string media = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, media) };
        using var answer = await _http.SendAsync(request);
        RetryAfter = answer.Headers.RetryAfter?.Delta;
        return answer.StatusCode;
    }

    public void Dispose() => _http.Dispose();

    private static string Field(string yaml, string name) =>
        Regex.Match(yaml, $@"^\s*{name}: (\S+)$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Groups[1].Value;
}
