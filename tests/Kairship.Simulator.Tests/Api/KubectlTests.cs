namespace Kairship.Simulator.Tests.Api;

public sealed class KubectlTests : IAsyncLifetime
{
    const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: web, image: "nginx:1", ports: [{containerPort: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80}]}
        """;

    const string Autoscaler = """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: two}
        spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: two}, minReplicas: 1, maxReplicas: 5}
        """;

    ApiHost _api = null!;
    Kubectl _kubectl = null!;

    public async ValueTask InitializeAsync()
    {
        Kubectl.Require();
        _api = await ApiHost.StartAsync();
        _kubectl = new Kubectl(_api.SecureUrl);
    }

    public async ValueTask DisposeAsync()
    {
        _kubectl?.Dispose();
        if (_api is not null)
            await _api.DisposeAsync();
    }

    [Fact]
    public async Task ApplyClientSide_Twice_CreatesThenConfigures()
    {
        (await Ok("apply -f -", Manifest)).Should().Contain("deployment.apps/web created").And.Contain("service/web created");
        (await Ok("apply -f -", Manifest)).Should().Contain("deployment.apps/web unchanged").And.Contain("service/web unchanged");
        (await Ok("apply -f -", Manifest.Replace("nginx:1", "nginx:2", StringComparison.Ordinal))).Should().Contain("deployment.apps/web configured");
        (await Ok("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).Should().Be("nginx:2");
        (await Ok("diff -f -", Manifest.Replace("nginx:1", "nginx:2", StringComparison.Ordinal))).Should().BeEmpty();
    }

    [Fact]
    public async Task ApplyServerSide_WithConflict_NamesTheManager()
    {
        (await Ok("apply --server-side -f -", Manifest)).Should().Contain("deployment.apps/web serverside-applied");
        await Ok("scale deploy web --replicas=4");
        var (code, output) = await _kubectl.RunAsync("apply --server-side --field-manager=other -f -", Manifest);
        code.Should().Be(1);
        output.Should().Contain("Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas");
        await Ok("apply --server-side --field-manager=other --force-conflicts -f -", Manifest);
        (await Ok("get deploy web -o jsonpath={.spec.replicas}")).Should().Be("2");
    }

    [Fact]
    public async Task ApplyClientSide_ThenServerSide_TakesItsFieldsOver()
    {
        await Ok("apply -f -", Manifest);
        await Ok("apply --server-side -f -", Manifest.Replace("nginx:1", "nginx:2", StringComparison.Ordinal));
        // Since 1.26 kubectl itself hands over what client-side apply owned; before it stays beside the new owner.
        var operations = await Ok("get deploy web -o jsonpath={.metadata.managedFields[*].operation}");
        operations.Contains("Update", StringComparison.Ordinal).Should().Be(Kubectl.Minor < 26);
        (await Ok("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).Should().Be("nginx:2");
    }

    [Fact]
    public async Task Apply_UnknownField_IsRefusedByValidation()
    {
        var (code, output) = await _kubectl.RunAsync("apply -f -", Manifest.Replace("replicas: 2", "replicas: 2\n  foo: bar", StringComparison.Ordinal));
        code.Should().Be(1);
        // Before 1.27 kubectl validates by itself, with the OpenAPI v2 document.
        output.Should().Contain(Kubectl.Minor < 27 ? "ValidationError(Deployment.spec): unknown field \"foo\"" : "strict decoding error: unknown field \"spec.foo\"");
    }

    [Fact]
    public async Task Get_PrintsTheServersTable()
    {
        await Ok("apply -f -", Manifest);
        (await Ok("get deploy")).Should().MatchRegex(@"NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\s+web\s+0/2\s+0\s+0\s+\d+s");
        (await Ok("get svc -o wide")).Should().MatchRegex(@"web\s+ClusterIP\s+10\.96\.\d+\.\d+\s+<none>\s+80/TCP\s+\d+s\s+app=web");
        (await Ok("get all -A")).Should().Contain("deployment.apps/web").And.Contain("service/web");
        (await Ok("get ns")).Should().Contain("kube-system");
        (await Ok("get po")).Should().Contain("No resources found in default namespace.");
    }

    [Fact]
    public async Task EverydayCommands_Work()
    {
        await Ok("create deployment two --image=nginx:1 --replicas=3");
        await Ok("label deploy two tier=web");
        await Ok("annotate deploy two note=yes");
        await Ok("set image deploy/two nginx=nginx:2");
        await Ok("""patch deploy two -p "{\"spec\":{\"paused\":true}}" """);
        await Ok("create configmap settings --from-literal=a=b");
        await Ok("create secret generic keys --from-literal=a=b");
        await Ok("create namespace extra");
        await Ok("expose deploy two --port=80");
        await Ok("apply -f -", Autoscaler);
        await Ok("run one --image=busybox");
        (await Ok("describe deploy two")).Should().Contain("nginx:2");
        (await Ok("get hpa,cm,secrets,pods -l tier!=x -o name")).Should().Contain("horizontalpodautoscaler.autoscaling/two").And.Contain("pod/one");
        (await Ok("explain deploy.spec.strategy")).Should().Contain("rollingUpdate");
        (await Ok("api-resources")).Should().Contain("deployments").And.Contain("autoscaling/v2");
        (await Ok("auth can-i create pods")).Trim().Should().Be("yes");
        (await Ok("version")).Should().MatchRegex("Server Version: .*v1\\.34\\.0");
        (await Ok("delete deploy two --wait=true")).Should().Contain("deployment.apps \"two\" deleted");
        (await Ok("delete pod one")).Should().Contain("pod \"one\" deleted");
    }

    [Fact]
    public async Task CustomResources_AreServedOnceDefined()
    {
        await Ok("apply -f -", CustomResourceTests.Definition);
        await Ok("wait --for=condition=Established crd/rollouts.example.com --timeout=5s");
        await Ok("apply -f -", Rollout(5));
        (await Ok("get ro")).Should().MatchRegex(@"NAME\s+WEIGHT\s+r\s+5\s");
        await Ok("apply --server-side --force-conflicts -f -", Rollout(10));
        (await Ok("get rollout r -o jsonpath={.spec.weight}")).Should().Be("10");
    }

    static string Rollout(int weight) => $$"""{"apiVersion":"example.com/v1","kind":"Rollout","metadata":{"name":"r"},"spec":{"weight":{{weight}} } }""";

    async Task<string> Ok(string arguments, string? input = null)
    {
        var (code, output) = await _kubectl.RunAsync(arguments, input);
        code.Should().Be(0, "kubectl {0} said: {1}", arguments, output);
        return output;
    }
}
