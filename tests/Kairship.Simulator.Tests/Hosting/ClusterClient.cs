using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Models;

namespace Kairship.Simulator.Tests.Hosting;

internal static class ClusterClient
{
    public static Kubernetes For(SimulatedCluster cluster, string? token = null)
    {
        using var kubeconfig = new MemoryStream(Encoding.UTF8.GetBytes(cluster.Kubeconfig));
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);
        config.AccessToken = token ?? config.AccessToken;
        return new Kubernetes(config);
    }

    /// <summary>HTTPS with the cluster's CA as the only root, and its token.</summary>
    public static HttpClient Http(SimulatedCluster cluster)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509Certificate2.CreateFromPem(cluster.CaPem) },
        };
        var http = new HttpClient(handler) { BaseAddress = cluster.Url, Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        return http;
    }

    public static V1Deployment Deployment(string name, int replicas, string image = "app:1") => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = name } },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = image }] },
            },
        },
    };
}

internal static class Eventually
{
    /// <summary>Asks until the answer is as wanted, for at most 20 seconds.</summary>
    public static async Task<T> Of<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (wanted(answer) || TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(20))
            {
                wanted(answer).Should().BeTrue("the condition must hold within 20 seconds");
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public static Task<T> Of<T>(Func<T> ask, Func<T, bool> wanted) => Of(() => Task.FromResult(ask()), wanted);
}
