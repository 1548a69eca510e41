using System.Diagnostics;
using k8s;
using k8s.Autorest;

namespace Kairship.Simulator.Tests.Hosting;

public sealed class SimulatedFleetTests
{
    private static readonly SimulatedClusterOptions[] Three =
    [
        new() { Name = "aws-eu", Labels = new Dictionary<string, string> { ["provider"] = "aws", ["region"] = "eu-west-1", ["zone"] = "eu-west-1a" } },
        new() { Name = "gcp-us", Nodes = 1 },
        new() { Name = "onprem", Tls = false },
    ];

    [Fact]
    public async Task Fleet_OfThree_WritesPrivateKubeconfigsThatWork()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("fleet").FullName;
        try
        {
            await using var fleet = await SimulatedFleet.StartAsync(Three, ct: ct);
            await fleet.WriteKubeconfigsAsync(folder);
            await fleet.WriteKubeconfigsAsync(folder);

            foreach (var cluster in fleet.Clusters)
            {
                var file = Path.Combine(folder, cluster.Name + ".kubeconfig");
                if (!OperatingSystem.IsWindows())
                {
                    File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                using var client = new Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(file)));
                var nodes = await client.CoreV1.ListNodeAsync(cancellationToken: ct);
                nodes.Items.Should().HaveCount(cluster.Options.Nodes).And.OnlyContain(n => n.Metadata.Name.StartsWith(cluster.Name + "-"));
            }

            var node = fleet["aws-eu"].Store.List("", "nodes")[0]["metadata"]!["labels"]!;
            node["topology.kubernetes.io/zone"]!.GetValue<string>().Should().Be("eu-west-1a");
            node["provider"]!.GetValue<string>().Should().Be("aws");
            fleet.Invoking(f => f["azure"]).Should().Throw<KeyNotFoundException>().WithMessage("*\"azure\"*aws-eu, gcp-us, onprem*");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Fleet_WithOneNameTwice_IsRefused()
    {
        var starting = () => SimulatedFleet.StartAsync([new() { Name = "a" }, new() { Name = "a" }]);
        await starting.Should().ThrowAsync<ArgumentException>().WithMessage("*\"a\"*");
    }

    [Fact]
    public async Task Cluster_WithAnExpiredToken_Answers401()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new() { Name = "east" });
        using var good = ClusterClient.For(cluster, cluster.IssueToken(TimeSpan.FromMinutes(1)));
        (await good.CoreV1.ListNamespaceAsync()).Items.Should().HaveCountGreaterThan(3);

        using var expired = ClusterClient.For(cluster, cluster.IssueToken(TimeSpan.Zero));
        var asking = () => expired.CoreV1.ListNamespaceAsync();
        (await asking.Should().ThrowAsync<HttpOperationException>()).Which.Response.StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Cluster_OfAnotherCa_IsNotTrusted()
    {
        await using var fleet = await SimulatedFleet.StartAsync([new() { Name = "a" }, new() { Name = "b" }]);
        var swapped = fleet["a"].Kubeconfig.Replace(
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(fleet["a"].CaPem)),
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(fleet["b"].CaPem)), StringComparison.Ordinal);
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(swapped));
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(stream));

        var asking = () => client.CoreV1.ListNamespaceAsync();

        await asking.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Cluster_DisposedWithAWatchOpen_StopsAtOnce()
    {
        var cluster = await SimulatedCluster.StartAsync(new() { Name = "east", Tls = false });
        using var http = new HttpClient { BaseAddress = cluster.Url };
        http.DefaultRequestHeaders.Authorization = new("Bearer", cluster.Token);
        using var watch = await http.GetAsync("/api/v1/pods?watch=1", HttpCompletionOption.ResponseHeadersRead);
        var timer = Stopwatch.StartNew();

        await cluster.DisposeAsync();

        timer.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Cluster_OnATakenPort_SaysSo()
    {
        await using var first = await SimulatedCluster.StartAsync(new() { Name = "first" });
        var second = () => SimulatedCluster.StartAsync(new() { Name = "second", Port = first.Url.Port });
        await second.Should().ThrowAsync<IOException>().WithMessage($"*{first.Url.Port}*");
    }
}
