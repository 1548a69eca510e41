using Kairship.Simulator.Tests.Api;

namespace Kairship.Simulator.Tests.Conformance.Commands;

/// <summary>
/// What people do with kubectl, and what it prints. Runs with the kubectl of the PATH or the one that KUBECTL names; commands that a version lacks are chosen by version.
/// </summary>
public abstract class KubectlCases(ConformanceServer server) : ConformanceCases(server), IAsyncLifetime
{
    private const string Map = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"labels\":{\"app\":\"x\"}},\"data\":{\"k\":\"v\"}}";

    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: "nginx:1", ports: [{containerPort: 80}]}]
        """;

    private Kubectl _kubectl = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Kubectl.Require();
        await InitializeAsync();
        _kubectl = new Kubectl(Server.Kubeconfig);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        _kubectl?.Dispose();
        await DisposeAsync();
    }

    [Fact]
    public async Task Apply_ClientSide_CreatesConfiguresAndPrunes()
    {
        (await Ok("apply -f -", Map)).Should().Be("configmap/a created\n");
        (await Ok("apply -f -", Map)).Should().Be("configmap/a unchanged\n");
        (await Ok("apply -f -", Map.Replace("\"v\"", "\"w\"", StringComparison.Ordinal))).Should().Be("configmap/a configured\n");
        (await Ok("apply view-last-applied cm/a -o json")).Should().Contain("\"k\": \"w\"");
        await Ok("apply -f -", Map.Replace("\"a\"", "\"b\"", StringComparison.Ordinal));

        var list = Kubectl.Minor < 26 ? "--prune-whitelist" : "--prune-allowlist";
        (await Ok($"apply --prune -l app=x {list}=core/v1/ConfigMap -f -", Map)).Should().Contain("configmap/a ").And.Contain("configmap/b pruned");
    }

    [Fact]
    public async Task Apply_ServerSide_AppliesAndNamesConflicts()
    {
        (await Ok("apply --server-side -f -", Map)).Should().Be("configmap/a serverside-applied\n");
        var other = Map.Replace("\"v\"", "\"w\"", StringComparison.Ordinal);

        (await Fails("apply --server-side --field-manager=other -f -", other)).Should().Contain("Apply failed with 1 conflict: conflict with \"kubectl\": .data.k");
        (await Ok("apply --server-side --field-manager=other --force-conflicts -f -", other)).Should().Be("configmap/a serverside-applied\n");
        (await Ok("apply --dry-run=server -f -", Map)).Should().Contain("configmap/a configured (server dry run)");
        (await Ok("get cm a -o jsonpath={.data.k}")).Should().Be("w");
    }

    [Fact]
    public async Task Apply_ChangingTheStrategy_ClearsTheOtherHalf()
    {
        await Ok("apply -f -", Web);
        await Ok("apply -f -", Web + "\n  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}");

        (await Ok("apply -f -", Web + "\n  strategy: {type: Recreate}")).Should().Be("deployment.apps/web configured\n");

        (await Ok("get deploy web -o jsonpath={.spec.strategy}")).Should().Be("""{"type":"Recreate"}""");
    }

    [Fact]
    public async Task Apply_UnknownField_IsRefused() =>
        (await Fails("apply -f -", Web + "\n  foo: 1")).Should().Contain(Kubectl.Minor < 27 || !Since(1, 25) ? "unknown field \"" : "strict decoding error: unknown field \"spec.foo\"");

    [Fact]
    public async Task Diff_ShowsTheChange_AndNothingWithoutOne()
    {
        await Ok("apply -f -", Map);

        (await Fails("diff -f -", Map.Replace("\"v\"", "\"w\"", StringComparison.Ordinal))).Should().MatchRegex("(?s)-  k: v\n\\+  k: w");
        (await Ok("diff -f -", Map)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("get cm a -o name", "configmap/a\n")]
    [InlineData("get cm a -o jsonpath={.data.k}", "v")]
    [InlineData("get cm -l app=x -o custom-columns=N:.metadata.name,K:.data.k", "N     K\na     v\n")]
    [InlineData("get cm -l app=none", "No resources found in NS namespace.\n")]
    [InlineData("label cm a tier=web", "configmap/a labeled\n")]
    [InlineData("annotate cm a note=yes", "configmap/a annotated\n")]
    [InlineData("patch cm a --type=merge -p {\\\"data\\\":{\\\"k\\\":\\\"2\\\"}}", "configmap/a patched\n")]
    [InlineData("patch cm a --type=merge -p {\\\"data\\\":{\\\"k\\\":\\\"v\\\"}}", "configmap/a patched (no change)\n")]
    [InlineData("create configmap n --from-literal=a=b", "configmap/n created\n")]
    [InlineData("create secret generic n --from-literal=a=b", "secret/n created\n")]
    [InlineData("create deployment n --image=nginx:1 --replicas=0", "deployment.apps/n created\n")]
    [InlineData("create serviceaccount n", "serviceaccount/n created\n")]
    [InlineData("create role n --verb=get --resource=pods", "role.rbac.authorization.k8s.io/n created\n")]
    [InlineData("run n --image=busybox --restart=Never", "pod/n created\n")]
    [InlineData("auth can-i create pods", "yes\n")]
    public async Task Command_PrintsTheSameEverywhere(string command, string output)
    {
        await Ok("create -f -", Map);
        if (command.StartsWith("run ", StringComparison.Ordinal))
        {
            // Before 1.24 a service account has no token at first, and pods are refused until it has.
            (await UntilAsync(() => _kubectl.RunAsync($"-n {Namespace} {command}"), r => r.Code == 0)).Output.Should().Be(output);
            return;
        }

        (await Ok(command)).Should().Be(output.Replace("NS", Namespace, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("get cm none", "Error from server (NotFound): configmaps \"none\" not found\n")]
    [InlineData("create configmap a", "rror")]
    [InlineData("label cm a app=y", "'app' already has a value (x), and --overwrite is false")]
    [InlineData("get frobs", "error: the server doesn't have a resource type \"frobs\"\n")]
    [InlineData("scale deploy none --replicas=1", "not found")]
    [InlineData("top nodes", "error: Metrics API not available\n")]
    [InlineData("wait --for=condition=Ready pod/none --timeout=1s", "not found")]
    [InlineData("delete cm none", "Error from server (NotFound): configmaps \"none\" not found\n")]
    public async Task Command_ThatCannotBeDone_SaysWhy(string command, string words)
    {
        await Ok("create -f -", Map);

        (await Fails(command)).Should().Contain(words);
    }

    [Fact]
    public async Task Rollout_GoesForwardAndBack()
    {
        (await Ok("apply -f -", Web)).Should().Be("deployment.apps/web created\n");
        (await Ok("rollout status deploy/web --timeout=30s")).Should().Contain("deployment \"web\" successfully rolled out");
        (await Ok("get deploy web")).Should().MatchRegex(@"^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nweb\s+2/2\s+2\s+2\s+\d+s\n$");
        (await Ok("get deploy web -o wide")).Should().MatchRegex(@"AGE\s+CONTAINERS\s+IMAGES\s+SELECTOR\nweb\s+2/2\s+2\s+2\s+\d+s\s+web\s+nginx:1\s+app=web\n$");
        (await Ok("get pods")).Should().MatchRegex(@"^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\n(web-\w+-\w+\s+1/1\s+Running\s+0\s+\d+s\n){2}$");

        (await Ok("set image deploy/web web=nginx:2")).Should().Be("deployment.apps/web image updated\n");
        await Ok("rollout status deploy/web --timeout=30s");
        (await Ok("rollout history deploy/web")).Should().MatchRegex(@"(?s)^deployment.apps/web ?\nREVISION  CHANGE-CAUSE\n1 +<none>\n2 +<none>\n");
        (await Ok("rollout undo deploy/web")).Should().Be("deployment.apps/web rolled back\n");
        (await Ok("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).Should().Be("nginx:1");
        (await Ok("rollout pause deploy/web")).Should().Be("deployment.apps/web paused\n");
        (await Ok("rollout resume deploy/web")).Should().Be("deployment.apps/web resumed\n");
        (await Ok("rollout restart deploy/web")).Should().Be("deployment.apps/web restarted\n");
        await Ok("rollout status deploy/web --timeout=30s");

        (await Ok("scale deploy/web --replicas=1")).Should().Be("deployment.apps/web scaled\n");
        (await Fails("scale deploy/web --current-replicas=7 --replicas=2")).Should().Contain("xpected replicas to be 7, was 1");
        (await Ok("wait --for=condition=Available deploy/web --timeout=30s")).Should().Be("deployment.apps/web condition met\n");
        (await Ok("describe deploy web")).Should().Contain("NewReplicaSetAvailable").And.Contain("StrategyType:").And.Contain("ScalingReplicaSet");
        (await Ok("delete deploy web --timeout=30s")).Should().MatchRegex("^deployment.apps \"web\" deleted");
        // Older kubectl calls it an error when they are gone already.
        (await _kubectl.RunAsync($"-n {Namespace} wait --for=delete pod -l app=web --timeout=30s")).Output.Should().NotContain("timed out");
        await UntilAsync(() => Ok("get pods -l app=web -o name"), o => o.Length == 0, "the pods are gone");
    }

    [Fact]
    public async Task Delete_OfWhatIsHeld_WaitsForItsFinalizer()
    {
        await Ok("create -f -", Map.Replace("\"labels\"", "\"finalizers\":[\"x.io/hold\"],\"labels\"", StringComparison.Ordinal));

        (await Fails("delete cm a --timeout=1s")).Should().Contain("timed out waiting for the condition");
        (await Ok("get cm a -o jsonpath={.metadata.deletionTimestamp}")).Should().MatchRegex(@"^\d{4}-");
        await Ok("patch cm a --type=merge -p {\\\"metadata\\\":{\\\"finalizers\\\":null}}");

        (await Fails("get cm a")).Should().Contain("NotFound");
    }

    [Fact]
    public async Task Describe_OfEachCommonKind_Works()
    {
        await Ok("apply -f -", Web);
        (await Ok("expose deploy web --port=80")).Should().Be("service/web exposed\n");
        await Ok("rollout status deploy/web --timeout=30s");

        (await Ok("autoscale deploy web --min=2 --max=3 --cpu-percent=50")).Should().Be("horizontalpodautoscaler.autoscaling/web autoscaled\n");
        (await Ok("get hpa web -o jsonpath={.spec.maxReplicas}")).Should().Be("3");
        (await Ok("describe pods -l app=web")).Should().Contain("Image:").And.Contain("nginx:1").And.Contain("Ready ");
        // Newer kubectl reads discovery.k8s.io/v1, which servers have since 1.21; elsewhere it finds no endpoints.
        var finds = Kubectl.Minor < 31 || Since(1, 21);
        var service = await UntilAsync(() => Ok("describe svc web"), o => finds != o.Split('\n').Any(l => l.StartsWith("Endpoints:", StringComparison.Ordinal) && l.EndsWith(" <none>", StringComparison.Ordinal)), "it has endpoints");
        service.Should().MatchRegex(@"Selector:\s+app=web").And.MatchRegex(finds ? @"Endpoints:\s+\d+\.\d+\." : @"Endpoints:\s+<none>");
        (await Ok("describe rs -l app=web")).Should().Contain("2 current / 2 desired");
        (await Ok("get svc web -o wide")).Should().MatchRegex(@"web\s+ClusterIP\s+10\.\d+\.\d+\.\d+\s+<none>\s+80/TCP\s+\d+s\s+app=web");
        (await Ok($"describe ns {Namespace}")).Should().MatchRegex(@"Status:\s+Active");
    }

    [Fact]
    public async Task Explain_AndApiResources_ReadTheSchemas()
    {
        (await Ok("explain deployment.spec.replicas")).Should().Contain("integer").And.MatchRegex(@"KIND:\s+Deployment");
        (await Ok("explain pod.spec.containers")).Should().Contain("image").And.Contain("livenessProbe");
        // Other cases take definitions of their own away, maybe between kubectl's look at the groups and at what is in them: it is asked again then.
        const string listing = "api-resources --namespaced=true --api-group=apps";
        var (code, output) = await UntilAsync(() => _kubectl.RunAsync(listing), r => r.Code == 0 || !r.Output.Contains(".example.com/v1: the server could not find", StringComparison.Ordinal));
        code.Should().Be(0, "kubectl {0} said: {1}", listing, output);
        output.Should().MatchRegex(@"deployments\s+deploy\s+apps/v1\s+true\s+Deployment");
        (await Ok("api-versions")).Should().Contain("apps/v1\n").And.Contain("\nv1\n");
    }

    private async Task<string> Ok(string arguments, string? input = null)
    {
        var (code, output) = await _kubectl.RunAsync($"-n {Namespace} {arguments}", input);
        code.Should().Be(0, "kubectl {0} said: {1}", arguments, output);
        return output;
    }

    private async Task<string> Fails(string arguments, string? input = null)
    {
        var (code, output) = await _kubectl.RunAsync($"-n {Namespace} {arguments}", input);
        code.Should().Be(1, "kubectl {0} said: {1}", arguments, output);
        return output;
    }
}

public sealed class SimulatedKubectl(SimulatedServer server) : KubectlCases(server);

public sealed class RealKubectl(RealServer server) : KubectlCases(server);
