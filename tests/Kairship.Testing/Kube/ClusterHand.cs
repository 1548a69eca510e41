using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Simulator;

namespace Kairship.Testing.Kube;

/// <summary>Somebody else's hand in a simulated cluster: plain HTTP under a field manager of its own, past all of Kairship's code.</summary>
public sealed class ClusterHand : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _manager;

    public ClusterHand(SimulatedCluster cluster, string manager = "kubectl-edit")
    {
        _manager = manager;
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(cluster.CaPem);
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }) { BaseAddress = cluster.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
    }

    public async Task<JsonObject> GetAsync(string path) => await SendAsync(HttpMethod.Get, path, null, "");

    /// <summary>A strategic merge patch, as kubectl edit and kubectl patch send it.</summary>
    public Task<JsonObject> PatchAsync(string path, string patch, string type = "application/strategic-merge-patch+json") => SendAsync(HttpMethod.Patch, path, patch, type);

    public Task<JsonObject> CreateAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json, "application/json");

    public Task<JsonObject> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null, "");

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string? body, string type)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{path}?fieldManager={_manager}", UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? (JsonObject)JsonNode.Parse(text)! : throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
    }

    public void Dispose() => _http.Dispose();
}
