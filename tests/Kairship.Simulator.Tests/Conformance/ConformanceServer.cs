using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using k8s;
using Kairship.Simulator.Tests.Conformance;

[assembly: AssemblyFixture(typeof(SimulatedServer))]
[assembly: AssemblyFixture(typeof(RealServer))]

namespace Kairship.Simulator.Tests.Conformance;

/// <summary>
/// One API server that answers the cases, with nodes and controllers behind it. It starts with the first case that needs it and serves all classes of the assembly.
/// </summary>
public abstract class ConformanceServer : IAsyncDisposable
{
    private readonly Lazy<Task> _start;
    private readonly string _folder = Directory.CreateTempSubdirectory("kairship-conformance-").FullName;

    protected ConformanceServer() => _start = new Lazy<Task>(StartOnceAsync);

    /// <summary>What to skip for; null: the server can be started.</summary>
    public abstract string? WhyMissing { get; }

    /// <summary>Speaks to the server as an administrator; paths are relative.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>What /version says.</summary>
    public Version Version { get; private set; } = null!;

    /// <summary>Kubeconfig (YAML) of an administrator.</summary>
    public string Kubeconfig { get; private set; } = null!;

    /// <summary>The same as a file, for kubectl.</summary>
    public string KubeconfigFile => Path.Combine(_folder, "kubeconfig");

    /// <summary>The same server for somebody who is nobody.</summary>
    public HttpClient WithoutCredentials() => Connect(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeconfigFile), known: false);

    public Task StartAsync() => _start.Value;

    /// <summary>Makes the server forget what it knows of the time up to a resource version: pages and watches from there on get 410.</summary>
    public abstract Task ForgetUntilAsync(string resourceVersion);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_start.IsValueCreated)
        {
            Http?.Dispose();
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts the server; answers the kubeconfig.</summary>
    protected abstract Task<string> RunAsync();

    protected abstract ValueTask StopAsync();

    private async Task StartOnceAsync()
    {
        Kubeconfig = await RunAsync();
        await File.WriteAllTextAsync(KubeconfigFile, Kubeconfig);
        Http = Connect(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeconfigFile));
        var version = JsonNode.Parse(await Http.GetStringAsync("/version"))!;
        Version = new Version(int.Parse((string)version["major"]!), int.Parse(((string)version["minor"]!).TrimEnd('+')));
    }

    private static HttpClient Connect(KubernetesClientConfiguration config, bool known = true)
    {
        var tls = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        tls.CertificateChainPolicy.CustomTrustStore.AddRange(config.SslCaCerts);
        if (known && config.ClientCertificateData is { } certificate)
        {
            tls.ClientCertificates = [X509Certificate2.CreateFromPem(Text(certificate), Text(config.ClientCertificateKeyData))];
        }

        var http = new HttpClient(new SocketsHttpHandler { SslOptions = tls }) { BaseAddress = new Uri(config.Host), Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("conformance/1.0");
        if (known && config.AccessToken is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return http;
    }

    private static string Text(string base64) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
