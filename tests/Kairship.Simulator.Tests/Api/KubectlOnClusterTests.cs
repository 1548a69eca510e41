namespace Kairship.Simulator.Tests.Api;

/// <summary>kubectl against a whole cluster: what needs controllers.</summary>
public sealed class KubectlOnClusterTests : IAsyncLifetime
{
    const string Manifest = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: "nginx:1", ports: [{containerPort: 80}]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{port: 80}]}
        """;

    SimulatedCluster _cluster = null!;
    Kubectl _kubectl = null!;

    public async ValueTask InitializeAsync()
    {
        Kubectl.Require();
        _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east", PodReadyAfter = TimeSpan.FromMilliseconds(20) });
        _kubectl = new Kubectl(_cluster.Kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        _kubectl?.Dispose();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Apply_RollOut_UndoAndDelete_GoAsOnARealCluster()
    {
        await Ok("apply --server-side -f -", Manifest);
        (await Ok("-n shop rollout status deploy/web --timeout=20s")).Should().Contain("successfully rolled out");
        (await Ok("-n shop get pods")).Should().MatchRegex(@"web-\w+-\w+\s+1/1\s+Running\s+0\s+\d+s");
        (await Ok("-n shop get endpointslices -o wide")).Should().Contain("web-");

        await Ok("-n shop set image deploy/web web=nginx:2");
        await Ok("-n shop rollout status deploy/web --timeout=20s");
        (await Ok("-n shop rollout history deploy/web")).Should().MatchRegex(@"(?s)1\s.*2\s");
        await Ok("-n shop rollout undo deploy/web");
        await Ok("-n shop rollout status deploy/web --timeout=20s");
        (await Ok("-n shop get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).Should().Be("nginx:1");

        (await Ok("-n shop describe deploy web")).Should().Contain("NewReplicaSetAvailable");
        (await Ok("-n shop delete deploy web --cascade=foreground --timeout=20s")).Should().Contain("deleted");
        (await Ok("delete ns shop --timeout=20s")).Should().Contain("namespace \"shop\" deleted");
        (await Ok("get all -A -o name")).Should().NotContain("web");
    }

    [Fact]
    public async Task Drain_EvictsThePods()
    {
        await Ok("apply -f -", Manifest);
        await Ok("-n shop rollout status deploy/web --timeout=20s");
        var node = (await Ok("-n shop get pods -o jsonpath={.items[0].spec.nodeName}")).Trim();
        (await Ok($"drain {node} --force --ignore-daemonsets --timeout=20s")).Should().Contain("evicted");
        (await Ok($"get node {node}")).Should().Contain("SchedulingDisabled");
    }

    async Task<string> Ok(string arguments, string? input = null)
    {
        var (code, output) = await _kubectl.RunAsync(arguments, input);
        code.Should().Be(0, "kubectl {0} said: {1}", arguments, output);
        return output;
    }
}
