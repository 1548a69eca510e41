using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Kairship.Simulator;

namespace Kairship.EndToEnd.Tests.Shop;

/// <summary>A cluster's API, read past all of Kairship's code.</summary>
internal sealed class ClusterApi : IDisposable
{
    private readonly HttpClient _http;

    public ClusterApi(SimulatedCluster cluster)
    {
        Name = cluster.Name;
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(cluster.CaPem);
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }) { BaseAddress = cluster.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
    }

    public string Name { get; }

    public async Task<JsonObject> GetAsync(string path) => (JsonObject)JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    /// <summary>Everything in a namespace, of every kind that the cluster knows; each with its "apiVersion" and "kind".</summary>
    public async Task<IReadOnlyList<JsonObject>> EverythingAsync(string ns)
    {
        List<JsonObject> found = [];
        foreach (var (root, resource) in await KindsAsync())
        {
            var list = await GetAsync($"{root}/namespaces/{ns}/{resource}");
            foreach (var item in list["items"]!.AsArray().OfType<JsonObject>())
            {
                item["apiVersion"] ??= list["apiVersion"]!.DeepClone();
                item["kind"] ??= list["kind"]!.ToString()[..^"List".Length];
                found.Add(item);
            }
        }

        return found;
    }

    public void Dispose() => _http.Dispose();

    private async Task<List<(string Root, string Resource)>> KindsAsync()
    {
        List<string> roots = ["api/v1"];
        foreach (var group in (await GetAsync("apis"))["groups"]!.AsArray())
        {
            roots.Add($"apis/{group!["preferredVersion"]!["groupVersion"]}");
        }

        List<(string, string)> kinds = [];
        foreach (var root in roots)
        {
            kinds.AddRange((await GetAsync(root))["resources"]!.AsArray()
                .Where(r => (bool)r!["namespaced"]! && r["verbs"]!.AsArray().Any(v => v!.ToString() == "list"))
                .Select(r => (root, r!["name"]!.ToString())));
        }

        return kinds;
    }
}
